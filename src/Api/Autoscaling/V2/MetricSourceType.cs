namespace Navarch.Api.Autoscaling.V2;

/// <summary>The known values of a MetricSourceType.</summary>
public static class MetricSourceType
{
    public const string ContainerResource = "ContainerResource";
    public const string External = "External";
    public const string Object = "Object";
    public const string Pods = "Pods";
    public const string Resource = "Resource";
}
