namespace Navarch.Cluster.Lifecycle;

/// <summary>What the user asked of a start.</summary>
public sealed record StartOptions
{
    public required string Profile { get; init; }

    /// <summary>How this program starts itself: the executable, and what comes before the first argument.</summary>
    public required IReadOnlyList<string> Self { get; init; }

    /// <summary>The API server's port; zero keeps the present one or takes the first free one.</summary>
    public int ApiPort { get; init; }

    /// <summary>The kubelet's port; zero as above.</summary>
    public int KubeletPort { get; init; }

    /// <summary>How many control planes a new cluster gets; zero for one, or as many as a present cluster has.</summary>
    public int ControlPlanes { get; init; }

    /// <summary>What is encrypted in the store from now on; null for what was.</summary>
    public IReadOnlyList<string>? EncryptResources { get; init; }

    /// <summary>Whether nodes answer cluster DNS themselves; null as before, which is yes unless it was said otherwise.</summary>
    public bool? RunsDns { get; init; }

    /// <summary>How long the node may take to become Ready.</summary>
    public TimeSpan ReadyMax { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>What a start found or brought about.</summary>
/// <param name="WasRunning">Everything ran already; nothing was started.</param>
/// <param name="KubeconfigPath">The file that has the cluster's context now.</param>
public sealed record StartResult(Profiles.Profile Profile, bool WasRunning, string KubeconfigPath);
