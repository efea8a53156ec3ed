namespace Navarch.Api.Apps.V1;

/// <summary>The known values of a ReplicaSetConditionType.</summary>
public static class ReplicaSetConditionType
{
    public const string ReplicaSetReplicaFailure = "ReplicaFailure";
}
