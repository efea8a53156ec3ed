using Navarch.Api.Meta.V1;

namespace Navarch.Machinery.Errors;

/// <summary>A request that is answered with a failure. What the caller reads is the <see cref="Status"/>.</summary>
public sealed class StatusException(Status status, Exception? inner = null) : Exception(status.Message, inner)
{
    public Status Status { get; } = status;
}
