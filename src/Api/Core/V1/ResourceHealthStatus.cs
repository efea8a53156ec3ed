namespace Navarch.Api.Core.V1;

/// <summary>The known values of a ResourceHealthStatus.</summary>
public static class ResourceHealthStatus
{
    public const string Healthy = "Healthy";
    public const string Unhealthy = "Unhealthy";
    public const string Unknown = "Unknown";
}
