using Navarch.Api.Core.V1;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Cgroups;

/// <summary>
/// Keeps the groups around pods of one class at the weight that is due to them together: burstable pods what they asked
/// for, best-effort pods next to nothing. Without it each class would weigh as much as a whole CPU, however little is in it.
/// </summary>
internal sealed class ClassCgroups(CgroupTree tree, PodCgroups names, int cpuCount)
{
    private long _burstableShares;

    /// <summary>Makes the groups. The pods together get what the machine has.</summary>
    public void Ensure()
    {
        if (names.Driver == CgroupDriver.Cgroupfs)
        {
            tree.Ensure(names.Root, new CgroupLimits(CpuTime.Shares(cpuCount * 1000L), 0, 0));
            tree.Ensure(names.OfClass(PodQOSClass.PodQOSBestEffort), CgroupLimits.None);
            Update([]);
        }
    }

    /// <summary>Writes the weight of the burstable class when the pods of the node changed it.</summary>
    public void Update(IEnumerable<Pod> pods)
    {
        if (names.Driver != CgroupDriver.Cgroupfs)
        {
            return;
        }
        var shares = SharesOf(pods);
        if (shares != _burstableShares)
        {
            tree.Ensure(names.OfClass(PodQOSClass.PodQOSBurstable), new CgroupLimits(shares, 0, 0));
            _burstableShares = shares;
        }
    }

    internal static long SharesOf(IEnumerable<Pod> pods) => CpuTime.Shares((long)(1000 * pods
        .Where(pod => pod.Status.Phase is not (PodPhase.PodSucceeded or PodPhase.PodFailed) && PodResources.QosClass(pod.Spec) == PodQOSClass.PodQOSBurstable)
        .Sum(pod => PodResources.RequestOf(pod.Spec, ResourceName.ResourceCPU))));
}
