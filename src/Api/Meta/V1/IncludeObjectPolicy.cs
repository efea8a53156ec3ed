namespace Navarch.Api.Meta.V1;

/// <summary>The known values of a IncludeObjectPolicy.</summary>
public static class IncludeObjectPolicy
{
    public const string IncludeMetadata = "Metadata";
    public const string IncludeNone = "None";
    public const string IncludeObject = "Object";
}
