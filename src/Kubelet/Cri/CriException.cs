namespace Navarch.Kubelet.Cri;

/// <summary>The codes of a gRPC answer that the kubelet tells apart.</summary>
internal enum GrpcCode
{
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

/// <summary>
/// The runtime refused or failed a call, or could not be reached (<see cref="GrpcCode.Unavailable"/>).
/// <see cref="Exception.Message"/> is the runtime's text alone; <see cref="Description"/> has upstream's form.
/// </summary>
internal sealed class CriException(GrpcCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public GrpcCode Code { get; } = code;

    /// <summary>The form in which people know these errors from events.</summary>
    public string Description => $"rpc error: code = {Code} desc = {Message}";

    public bool IsNotFound => Code == GrpcCode.NotFound;

    /// <summary>The runtime is down or restarting: nothing is known about the outcome, and everything may be tried again.</summary>
    public bool IsUnavailable => Code == GrpcCode.Unavailable;
}
