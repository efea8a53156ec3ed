namespace Navarch.Api.Meta.V1;

/// <summary>The known values of a DeletionPropagation.</summary>
public static class DeletionPropagation
{
    public const string DeletePropagationBackground = "Background";
    public const string DeletePropagationForeground = "Foreground";
    public const string DeletePropagationOrphan = "Orphan";
}
