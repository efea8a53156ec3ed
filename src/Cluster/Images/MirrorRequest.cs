namespace Navarch.Cluster.Images;

/// <summary>What a runtime asks a mirror for, in the distribution protocol: a manifest by tag or digest, or a blob.</summary>
/// <param name="Repository">With the registry: <c>docker.io/library/nginx</c>.</param>
/// <param name="Reference">A tag or a digest.</param>
internal sealed record MirrorRequest(string Repository, bool IsManifest, string Reference)
{
    private const string DigestPrefix = "sha256:";
    private const int DigestHexDigits = 64;

    public bool IsByDigest => IsDigest(Reference);

    /// <summary>The full name that was asked for by tag.</summary>
    public string Name => $"{Repository}:{Reference}";

    /// <summary>Parses <c>/v2/NAME/manifests/REFERENCE</c> or <c>/v2/NAME/blobs/DIGEST</c>; null for everything else.</summary>
    /// <param name="registry">The registry that is mirrored: containerd's <c>ns</c> parameter.</param>
    public static MirrorRequest? Parse(string path, string registry)
    {
        const string Prefix = "/v2/";
        if (!path.StartsWith(Prefix, StringComparison.Ordinal) || registry.Length == 0 || registry.Contains('/'))
        {
            return null;
        }

        var parts = path[Prefix.Length..].Split('/');
        if (parts.Length < 3 || parts.Any(part => part.Length == 0))
        {
            return null;
        }

        var repository = $"{registry}/{string.Join('/', parts[..^2])}";
        return parts[^2] switch
        {
            "manifests" => new MirrorRequest(repository, IsManifest: true, parts[^1]),
            "blobs" when IsDigest(parts[^1]) => new MirrorRequest(repository, IsManifest: false, parts[^1]),
            _ => null,
        };
    }

    /// <summary>Whether the text is a digest. It becomes a file's name: nothing else may pass.</summary>
    public static bool IsDigest(string text) =>
        text.Length == DigestPrefix.Length + DigestHexDigits
        && text.StartsWith(DigestPrefix, StringComparison.Ordinal)
        && text.AsSpan(DigestPrefix.Length).IndexOfAnyExcept("0123456789abcdef") < 0;
}
