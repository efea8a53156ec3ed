namespace Navarch.Api.Meta.V1;

/// <summary>The known values of a ResourceVersionMatch.</summary>
public static class ResourceVersionMatch
{
    public const string Exact = "Exact";
    public const string NotOlderThan = "NotOlderThan";
}
