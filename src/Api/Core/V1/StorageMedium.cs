namespace Navarch.Api.Core.V1;

/// <summary>The known values of a StorageMedium.</summary>
public static class StorageMedium
{
    public const string Default = "";
    public const string HugePages = "HugePages";
    public const string HugePagesPrefix = "HugePages-";
    public const string Memory = "Memory";
}
