using System.Globalization;

namespace Navarch.Kubelet.Cgroups;

/// <summary>
/// The files to write for <see cref="CgroupLimits"/>. Pure, so that both versions are tested on a kernel that has one.
/// </summary>
internal static class CgroupFiles
{
    /// <summary>Controller, file and content for cgroup v1.</summary>
    public static IEnumerable<(string Controller, string File, string Content)> V1(CgroupLimits limits)
    {
        yield return ("cpu", "cpu.shares", Text(limits.CpuShares));
        yield return ("cpu", "cpu.cfs_period_us", Text(CpuTime.Period));
        yield return ("cpu", "cpu.cfs_quota_us", limits.CpuQuota > 0 ? Text(limits.CpuQuota) : "-1");
        yield return ("memory", "memory.limit_in_bytes", limits.MemoryBytesMax > 0 ? Text(limits.MemoryBytesMax) : "-1");
    }

    /// <summary>File and content for cgroup v2.</summary>
    public static IEnumerable<(string File, string Content)> V2(CgroupLimits limits)
    {
        yield return ("cpu.weight", Text(CpuTime.Weight(limits.CpuShares)));
        yield return ("cpu.max", (limits.CpuQuota > 0 ? Text(limits.CpuQuota) : "max") + " " + Text(CpuTime.Period));
        yield return ("memory.max", limits.MemoryBytesMax > 0 ? Text(limits.MemoryBytesMax) : "max");
        // A pod over its memory ends as a whole only if its containers ask for it, which the runtime decides.
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
