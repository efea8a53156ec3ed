namespace Navarch.Api.Meta.V1;

/// <summary>The known values of a LabelSelectorOperator.</summary>
public static class LabelSelectorOperator
{
    public const string LabelSelectorOpDoesNotExist = "DoesNotExist";
    public const string LabelSelectorOpExists = "Exists";
    public const string LabelSelectorOpIn = "In";
    public const string LabelSelectorOpNotIn = "NotIn";
}
