namespace Navarch.Api.Core.V1;

/// <summary>The known values of a NamespaceConditionType.</summary>
public static class NamespaceConditionType
{
    public const string NamespaceContentRemaining = "NamespaceContentRemaining";
    public const string NamespaceDeletionContentFailure = "NamespaceDeletionContentFailure";
    public const string NamespaceDeletionDiscoveryFailure = "NamespaceDeletionDiscoveryFailure";
    public const string NamespaceDeletionGVParsingFailure = "NamespaceDeletionGroupVersionParsingFailure";
    public const string NamespaceFinalizersRemaining = "NamespaceFinalizersRemaining";
}
