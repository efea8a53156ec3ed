namespace Navarch.Api.Core.V1;

/// <summary>The values of a DNSPolicy.</summary>
public static class DNSPolicy
{
    public const string DNSClusterFirst = "ClusterFirst";
    public const string DNSClusterFirstWithHostNet = "ClusterFirstWithHostNet";
    public const string DNSDefault = "Default";
    public const string DNSNone = "None";
}
