namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>A webhook could not be asked, or what it answered is no answer. What becomes of the request is its failure policy's to say.</summary>
internal sealed class HookFailure(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The webhook was not reached, or not understood.</summary>
    public static HookFailure Of(string why, Exception? cause = null) => new("failed to call webhook: " + why, cause);

    /// <summary>It answered something that it may not.</summary>
    public static HookFailure Invalid(string why) => new("received invalid webhook response: " + why);
}
