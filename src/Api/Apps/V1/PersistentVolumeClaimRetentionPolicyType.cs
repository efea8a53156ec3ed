namespace Navarch.Api.Apps.V1;

/// <summary>The known values of a PersistentVolumeClaimRetentionPolicyType.</summary>
public static class PersistentVolumeClaimRetentionPolicyType
{
    public const string Delete = "Delete";
    public const string Retain = "Retain";
}
