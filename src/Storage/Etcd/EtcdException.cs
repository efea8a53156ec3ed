namespace Navarch.Storage.Etcd;

/// <summary>The codes of a gRPC answer that this engine tells apart.</summary>
internal enum GrpcCode
{
    Ok = 0,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

/// <summary>A member refused a call, failed it, or could not be reached.</summary>
/// <param name="code">The code of the answer; <see cref="GrpcCode.Unavailable"/> or <see cref="GrpcCode.DeadlineExceeded"/> where there was none.</param>
/// <param name="wasSent">False if it is certain that no member got the request.</param>
internal sealed class EtcdException(GrpcCode code, string message, bool wasSent, Exception? inner = null) : Exception(message, inner)
{
    public GrpcCode Code { get; } = code;

    /// <summary>The cluster decided against the request: it was not carried out and will not be.</summary>
    public bool IsRefusal => Code is GrpcCode.InvalidArgument or GrpcCode.NotFound or GrpcCode.PermissionDenied or GrpcCode.ResourceExhausted
        or GrpcCode.FailedPrecondition or GrpcCode.OutOfRange or GrpcCode.Unimplemented or GrpcCode.Unauthenticated;

    /// <summary>Whether the request may have been carried out, or may yet be.</summary>
    public bool MayHaveHappened => wasSent && !IsRefusal;

    /// <summary>Whether asking again, perhaps somebody else, can help. "too many requests" is a refusal that passes.</summary>
    public bool IsTransient => !IsRefusal || IsBusy || Message.Contains("auth store is old", StringComparison.Ordinal);

    /// <summary>Above the limit of a request, or above what the member's transport takes at all.</summary>
    public bool IsTooLarge => (Code == GrpcCode.InvalidArgument && Message.Contains("too large", StringComparison.Ordinal))
        || (Code == GrpcCode.ResourceExhausted && Message.Contains("larger than max", StringComparison.Ordinal));

    public bool IsCompacted => Code == GrpcCode.OutOfRange && Message.Contains("compacted", StringComparison.Ordinal);

    public bool IsFuture => Code == GrpcCode.OutOfRange && Message.Contains("future", StringComparison.Ordinal);

    public bool IsLeaseGone => Code == GrpcCode.NotFound && Message.Contains("lease", StringComparison.Ordinal);

    private bool IsBusy => Code == GrpcCode.ResourceExhausted && Message.Contains("too many requests", StringComparison.Ordinal);
}
