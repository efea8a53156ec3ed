namespace Navarch.Api.ApiExtensions.V1;

/// <summary>The known values of a CustomResourceDefinitionConditionType.</summary>
public static class CustomResourceDefinitionConditionType
{
    public const string Established = "Established";
    public const string KubernetesAPIApprovalPolicyConformant = "KubernetesAPIApprovalPolicyConformant";
    public const string NamesAccepted = "NamesAccepted";
    public const string NonStructuralSchema = "NonStructuralSchema";
    public const string StorageMigrating = "StorageMigrating";
    public const string Terminating = "Terminating";
}
