using System.Diagnostics;

namespace Navarch.Scheduler.Bench;

/// <summary>What a run took and how good its placement is.</summary>
/// <param name="Pods">Pods placed.</param>
/// <param name="Seconds">Time it took.</param>
/// <param name="CpuSeconds">Processor time of the process meanwhile, which a busy machine does not distort.</param>
/// <param name="BytesPerPod">Memory allocated, kept or not.</param>
/// <param name="PodsPerNodeMax">Pods on the fullest node.</param>
internal sealed record Figures(int Pods, double Seconds, double CpuSeconds, long BytesPerPod, int PodsPerNodeMax)
{
    public double PodsPerSecond => Pods / Seconds;

    public double CpuMicrosecondsPerPod => CpuSeconds * 1_000_000 / Pods;

    /// <summary>Processor time of this process so far.</summary>
    public static TimeSpan CpuTime()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }
}
