namespace Navarch.Api.ApiExtensions.V1;

/// <summary>The known values of a ResourceScope.</summary>
public static class ResourceScope
{
    public const string ClusterScoped = "Cluster";
    public const string NamespaceScoped = "Namespaced";
}
