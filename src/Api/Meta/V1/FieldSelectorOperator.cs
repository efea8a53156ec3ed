namespace Navarch.Api.Meta.V1;

/// <summary>The known values of a FieldSelectorOperator.</summary>
public static class FieldSelectorOperator
{
    public const string FieldSelectorOpDoesNotExist = "DoesNotExist";
    public const string FieldSelectorOpExists = "Exists";
    public const string FieldSelectorOpIn = "In";
    public const string FieldSelectorOpNotIn = "NotIn";
}
