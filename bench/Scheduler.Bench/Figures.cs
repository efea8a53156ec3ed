namespace Navarch.Scheduler.Bench;

/// <summary>What a run took and how good its placement is.</summary>
/// <param name="Pods">Pods placed.</param>
/// <param name="Seconds">Time it took.</param>
/// <param name="BytesPerPod">Memory allocated, kept or not.</param>
/// <param name="PodsPerNodeMax">Pods on the fullest node.</param>
internal sealed record Figures(int Pods, double Seconds, long BytesPerPod, int PodsPerNodeMax)
{
    public double PodsPerSecond => Pods / Seconds;
}
