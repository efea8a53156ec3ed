namespace Navarch.Api.Core.V1;

/// <summary>The known values of a ContainerRestartPolicy.</summary>
public static class ContainerRestartPolicy
{
    public const string Always = "Always";
    public const string Never = "Never";
    public const string OnFailure = "OnFailure";
}
