namespace Navarch.Api.Core.V1;

/// <summary>The known values of a OSName.</summary>
public static class OSName
{
    public const string Linux = "linux";
    public const string Windows = "windows";
}
