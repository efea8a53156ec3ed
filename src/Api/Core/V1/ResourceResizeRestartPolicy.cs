namespace Navarch.Api.Core.V1;

/// <summary>The known values of a ResourceResizeRestartPolicy.</summary>
public static class ResourceResizeRestartPolicy
{
    public const string NotRequired = "NotRequired";
    public const string RestartContainer = "RestartContainer";
}
