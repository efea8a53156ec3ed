using Navarch.Api.Meta.V1;

namespace Navarch.Machinery.Patch;

/// <summary>A patch that cannot be read or does not fit what it is applied to. <see cref="Status"/> is the answer to the caller.</summary>
public sealed class PatchException(Status status, string message) : Exception(message)
{
    public Status Status { get; } = status;

    /// <summary>The document is not a patch: 400.</summary>
    internal static PatchException Malformed(string message) => new(Errors.StatusErrors.BadRequest(message), message);

    /// <summary>The document is a patch, but not one of this object: 422. The message says why; the status, as everywhere, does not.</summary>
    internal static PatchException DoesNotApply(string message) => new(Errors.StatusErrors.PatchDoesNotApply(), message);

    /// <summary>More work than a request may cause: 413.</summary>
    internal static PatchException TooLarge(string message) => new(Errors.StatusErrors.RequestEntityTooLarge(message), message);
}
