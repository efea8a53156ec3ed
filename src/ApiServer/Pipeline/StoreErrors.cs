using Navarch.Api.Meta.V1;
using Navarch.Machinery.Errors;
using Navarch.Storage;

namespace Navarch.ApiServer.Pipeline;

/// <summary>What is said of a store that could not do what was asked.</summary>
internal static class StoreErrors
{
    /// <summary>503 where it is certain that nothing was changed; 504, without an invitation to try again, where it is not.</summary>
    public static Status Status(StoreException error) => error is StoreOutcomeUnknownException
        ? StatusErrors.Timeout("request did not complete within the allotted duration: " + error.Message, retryAfterSeconds: 0)
        : StatusErrors.ServiceUnavailable("the store cannot be used now: " + error.Message);
}
