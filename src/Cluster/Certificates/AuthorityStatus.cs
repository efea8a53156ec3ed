namespace Navarch.Cluster.Certificates;

/// <summary>Who signs for a cluster, and who is trusted besides. What <c>navarch certs prune -o json</c> prints.</summary>
public sealed record AuthorityStatus
{
    /// <summary>Common name of the authority that signs.</summary>
    public required string Signer { get; init; }

    public required DateTimeOffset SignsSince { get; init; }

    /// <summary>Common names of those that are trusted still.</summary>
    public IReadOnlyList<string> Trusted { get; init; } = [];

    /// <summary>Who depends on them, in words.</summary>
    public IReadOnlyList<string> Dependents { get; init; } = [];

    /// <summary>Common names of those that were dropped now.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];
}
