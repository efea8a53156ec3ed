namespace Navarch.Api.Core.V1;

/// <summary>The known values of a NodeAddressType.</summary>
public static class NodeAddressType
{
    public const string NodeExternalDNS = "ExternalDNS";
    public const string NodeExternalIP = "ExternalIP";
    public const string NodeHostName = "Hostname";
    public const string NodeInternalDNS = "InternalDNS";
    public const string NodeInternalIP = "InternalIP";
}
