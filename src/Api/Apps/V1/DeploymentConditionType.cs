namespace Navarch.Api.Apps.V1;

/// <summary>The known values of a DeploymentConditionType.</summary>
public static class DeploymentConditionType
{
    public const string DeploymentAvailable = "Available";
    public const string DeploymentProgressing = "Progressing";
    public const string DeploymentReplicaFailure = "ReplicaFailure";
}
