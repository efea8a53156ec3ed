namespace Navarch.Kubelet.Cgroups;

/// <summary>What the kernel grants a group of processes.</summary>
/// <param name="CpuShares">Weight against its siblings, 2 to 262144.</param>
/// <param name="CpuQuota">Microseconds per <see cref="CpuTime.Period"/>; 0 for no limit.</param>
/// <param name="MemoryBytesMax">0 for no limit.</param>
internal sealed record CgroupLimits(long CpuShares, long CpuQuota, long MemoryBytesMax)
{
    /// <summary>The least weight and no limits.</summary>
    public static CgroupLimits None { get; } = new(CpuTime.SharesMin, 0, 0);
}
