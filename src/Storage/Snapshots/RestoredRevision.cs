namespace Navarch.Storage.Snapshots;

/// <summary>Where a restored store begins to count.</summary>
/// <remarks>
/// Clients know revisions that were given out after the backup was made, and would take a new change under such a number for the
/// old one. So the store begins above anything that can have been given out: 100,000 a second since the backup are more
/// than either engine can make, and a thousand million on top allow for a clock that is wrong by hours. As time goes on the
/// number grows faster than a store can: who restores the same backup twice does not meet the same revisions either.
/// </remarks>
public static class RestoredRevision
{
    private const long Margin = 1_000_000_000;
    private const long PerSecond = 100_000;

    /// <param name="revision">Of the backup.</param>
    /// <param name="sinceBackup">How long ago it was made. A negative time is a wrong clock, and counts as none.</param>
    public static long Of(long revision, TimeSpan sinceBackup) => revision + Margin + (PerSecond * (long)Math.Max(0, sinceBackup.TotalSeconds));
}
