namespace Navarch.Api.Core.V1;

/// <summary>The known values of a ReplicationControllerConditionType.</summary>
public static class ReplicationControllerConditionType
{
    public const string ReplicationControllerReplicaFailure = "ReplicaFailure";
}
