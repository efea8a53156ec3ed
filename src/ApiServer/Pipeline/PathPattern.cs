namespace Navarch.ApiServer.Pipeline;

/// <summary>How roles, flow schemas and audit policies name paths that are no resources: whole, or up to a star at the end.</summary>
internal static class PathPattern
{
    public static bool Covers(string pattern, string path) =>
        pattern == path || (pattern.EndsWith('*') && path.AsSpan().StartsWith(pattern.AsSpan().TrimEnd('*')));
}
