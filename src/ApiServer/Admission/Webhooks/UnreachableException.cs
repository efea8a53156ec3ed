namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>No connection to a webhook can be made: nobody is there, or nobody whom it may be.</summary>
internal sealed class UnreachableException(string why, Exception? cause = null) : HttpRequestException(why, cause);
