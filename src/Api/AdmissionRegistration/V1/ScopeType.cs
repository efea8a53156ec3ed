namespace Navarch.Api.AdmissionRegistration.V1;

/// <summary>The values of a ScopeType.</summary>
public static class ScopeType
{
    public const string AllScopes = "*";
    public const string ClusterScope = "Cluster";
    public const string NamespacedScope = "Namespaced";
}
