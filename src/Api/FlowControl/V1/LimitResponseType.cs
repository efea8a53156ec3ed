namespace Navarch.Api.FlowControl.V1;

/// <summary>The known values of a LimitResponseType.</summary>
public static class LimitResponseType
{
    public const string Queue = "Queue";
    public const string Reject = "Reject";
}
