namespace Navarch.Api.Core.V1;

/// <summary>The known values of a LimitType.</summary>
public static class LimitType
{
    public const string Container = "Container";
    public const string PersistentVolumeClaim = "PersistentVolumeClaim";
    public const string Pod = "Pod";
}
