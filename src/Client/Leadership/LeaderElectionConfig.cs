namespace Navarch.Client;

/// <summary>Who competes for which lease, and how patiently. The defaults are upstream's.</summary>
/// <param name="Identity">Tells the candidates apart; unique per process.</param>
public sealed record LeaderElectionConfig(NamespacedName Lease, string Identity)
{
    /// <summary>A lease not renewed for this long may be taken over.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A leader that could not renew for this long steps down; shorter than the lease, or there might be two.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between attempts to acquire or renew.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}
