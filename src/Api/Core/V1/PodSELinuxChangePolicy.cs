namespace Navarch.Api.Core.V1;

/// <summary>The known values of a PodSELinuxChangePolicy.</summary>
public static class PodSELinuxChangePolicy
{
    public const string SELinuxChangePolicyMountOption = "MountOption";
    public const string SELinuxChangePolicyRecursive = "Recursive";
}
