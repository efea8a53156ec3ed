namespace Navarch.Api.Meta.V1;

/// <summary>The known values of a RowConditionType.</summary>
public static class RowConditionType
{
    public const string RowCompleted = "Completed";
}
