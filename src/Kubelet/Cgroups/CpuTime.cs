namespace Navarch.Kubelet.Cgroups;

/// <summary>Thousandths of a CPU in the kernel's units.</summary>
internal static class CpuTime
{
    /// <summary>Microseconds over which a quota is counted; the kernel's default.</summary>
    public const long Period = 100_000;

    public const long SharesMin = 2;

    private const long SharesMax = 262_144;
    private const long SharesPerCpu = 1024;
    private const long QuotaMin = 1000; // Microseconds. The kernel refuses less.

    /// <summary>Weight against other groups, for cgroup v1 and CRI. Nothing asked for is the least weight, not none.</summary>
    public static long Shares(long milliCpu) =>
        milliCpu <= 0 ? SharesMin : Math.Clamp(milliCpu * SharesPerCpu / 1000, SharesMin, SharesMax);

    /// <summary>Microseconds per <see cref="Period"/>; 0 for no limit.</summary>
    public static long Quota(long milliCpu) => milliCpu <= 0 ? 0 : Math.Max(milliCpu * Period / 1000, QuotaMin);

    /// <summary>cpu.weight of cgroup v2 (1 to 10000) for shares (2 to 262144), as runc and systemd map them.</summary>
    public static long Weight(long shares) => 1 + (Math.Clamp(shares, SharesMin, SharesMax) - SharesMin) * 9999 / (SharesMax - SharesMin);
}
