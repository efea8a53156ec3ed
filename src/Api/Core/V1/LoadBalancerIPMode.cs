namespace Navarch.Api.Core.V1;

/// <summary>The known values of a LoadBalancerIPMode.</summary>
public static class LoadBalancerIPMode
{
    public const string Proxy = "Proxy";
    public const string VIP = "VIP";
}
