using Navarch.Cluster.ControlPlanes;
using Navarch.Cluster.Profiles;
using Navarch.Kubelet;

namespace Navarch.Cluster.Lifecycle;

/// <summary>
/// Ends everything that runs for a cluster and keeps everything it knows. The pods stay in the API: the next start runs
/// them again, under the same names and ids.
/// </summary>
public sealed class Stop(ProfileStore profiles, IProgressReporter progress, TimeProvider time)
{
    internal static readonly TimeSpan ProcessGrace = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ContainerGrace = TimeSpan.FromSeconds(10);

    /// <returns>Whether anything was running.</returns>
    public async Task<bool> RunAsync(string name, CancellationToken ct)
    {
        Preflight.RequireRoot("stop");
        var paths = profiles.PathsOf(ProfileName.Validate(name));
        using var held = ProfileLock.Acquire(paths, "stop");
        var profile = profiles.Get(name);
        var processes = new ClusterProcesses(profile, paths, time);
        var leftover = Leftover.Shims(paths);
        if (!processes.AnyRuns && leftover.Count == 0)
        {
            return false;
        }

        // The agent first: it would start again whatever is stopped. The server last but one: nobody needs it any more then.
        await progress.StepAsync("Stopping the node", _ => processes.Agent.StopAsync(ProcessGrace, ct));
        await progress.StepAsync("Stopping containers", async detail =>
        {
            await processes.Containerd.EnsureAsync(profile, ct); // It may have been killed while its containers ran on.
            var count = await NodePods.StopAllAsync(paths.ContainerdSocket, ContainerGrace, time, ct);
            detail($"{count} stopped");
        });
        await progress.StepAsync("Stopping the control plane", _ => processes.StopControlPlanesAsync(ProcessGrace, ct));
        await progress.StepAsync("Stopping the container runtime", _ => processes.Containerd.StopAsync(ct));
        await Leftover.KillProcessesAsync(profile.CgroupParent, paths, time, ct);
        await NodeNetwork.RemoveAsync(profile, paths, ct);
        await ControlPlaneNetwork.RemoveAsync(profile, ct);
        return true;
    }
}
