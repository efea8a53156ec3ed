namespace Navarch.Api.Batch.V1;

/// <summary>The known values of a JobConditionType.</summary>
public static class JobConditionType
{
    public const string JobComplete = "Complete";
    public const string JobFailed = "Failed";
    public const string JobFailureTarget = "FailureTarget";
    public const string JobSuccessCriteriaMet = "SuccessCriteriaMet";
    public const string JobSuspended = "Suspended";
}
