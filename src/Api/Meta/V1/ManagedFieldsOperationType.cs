namespace Navarch.Api.Meta.V1;

/// <summary>The known values of a ManagedFieldsOperationType.</summary>
public static class ManagedFieldsOperationType
{
    public const string ManagedFieldsOperationApply = "Apply";
    public const string ManagedFieldsOperationUpdate = "Update";
}
