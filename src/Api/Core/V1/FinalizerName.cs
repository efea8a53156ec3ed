namespace Navarch.Api.Core.V1;

/// <summary>The known values of a FinalizerName.</summary>
public static class FinalizerName
{
    public const string FinalizerKubernetes = "kubernetes";
}
