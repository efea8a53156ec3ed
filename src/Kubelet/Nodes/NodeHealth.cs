namespace Navarch.Kubelet.Nodes;

/// <summary>What was found when the node was looked over.</summary>
/// <param name="RuntimeError">Why the runtime cannot run containers, if it cannot.</param>
/// <param name="NetworkError">Why pods cannot have a network, if they cannot.</param>
internal sealed record NodeHealth(string? RuntimeError, string? NetworkError, bool MemoryPressure, bool DiskPressure, bool PidPressure)
{
    // Upstream's thresholds for hard eviction.
    private const long MemoryFreeMin = 100L * 1024 * 1024;
    private const double DiskFreeMin = 0.10;
    private const double PidsFreeMin = 0.05;

    // Large disks have room below a tenth: on a disk of terabytes a tenth free is no pressure.
    private const long DiskFreeAlwaysEnough = 10L * 1024 * 1024 * 1024;

    public static NodeHealth Of(
        string? runtimeError, string? networkError, long memoryFree, (long Bytes, long Free) disk, (long Max, long Running) pids) => new(
        runtimeError,
        networkError,
        MemoryPressure: memoryFree < MemoryFreeMin,
        DiskPressure: disk.Bytes > 0 && disk.Free < disk.Bytes * DiskFreeMin && disk.Free < DiskFreeAlwaysEnough,
        PidPressure: pids.Max > 0 && pids.Max - pids.Running < pids.Max * PidsFreeMin);
}
