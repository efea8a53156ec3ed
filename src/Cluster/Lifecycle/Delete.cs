using Navarch.Cluster.ControlPlanes;
using Navarch.Cluster.Profiles;
using Navarch.Kubelet;

namespace Navarch.Cluster.Lifecycle;

/// <summary>Takes a cluster away completely: afterwards the machine is as it was before the first start, installed packages aside.</summary>
public sealed class Delete(ProfileStore profiles, IProgressReporter progress, TimeProvider time)
{
    /// <returns>Whether there was anything to delete.</returns>
    public async Task<bool> RunAsync(string name, CancellationToken ct)
    {
        Preflight.RequireRoot("delete");
        var paths = profiles.PathsOf(ProfileName.Validate(name));
        using var held = ProfileLock.Acquire(paths, "delete");

        // A profile that cannot be read is deleted all the same: by the names it must have had.
        var profile = FindReadable(name) ?? (Directory.Exists(paths.State) || Directory.Exists(paths.Run) ? profiles.Plan(name, 0, _ => true) with { ControlPlanes = Profile.ControlPlanesMax } : null);
        if (profile is null)
        {
            UserContext.Remove(name);
            return false;
        }

        await progress.StepAsync($"Deleting {name}", _ => RemoveAsync(profile, paths, ct));
        return true;
    }

    /// <summary>Removes everything of a profile whose lock is held. Works whatever part of it exists.</summary>
    internal async Task RemoveAsync(Profile profile, ProfilePaths paths, CancellationToken ct)
    {
        var processes = new ClusterProcesses(profile, paths, time);
        await processes.Agent.StopAsync(Stop.ProcessGrace, ct);
        await processes.StopControlPlanesAsync(Stop.ProcessGrace, ct);
        if (processes.Containerd.Daemon.Running is not null || Leftover.Shims(paths).Count > 0)
        {
            await RemovePodsAsync(profile, processes, paths, ct);
        }

        await processes.Containerd.StopAsync(ct);
        await Leftover.KillProcessesAsync(profile.CgroupParent, paths, time, ct);
        await NodeNetwork.RemoveAsync(profile, paths, ct);
        await ControlPlaneNetwork.RemoveAsync(profile, ct);
        await Leftover.RemoveCgroupsAsync(profile.CgroupParent, time, ct);
        Leftover.RemoveFiles(paths, profile.CreatedFolders);
        UserContext.Remove(profile.ContextName);
    }

    // The runtime knows best how to undo what it did, networks above all. What it cannot undo is removed by force right after.
    private async Task RemovePodsAsync(Profile profile, ClusterProcesses processes, ProfilePaths paths, CancellationToken ct)
    {
        try
        {
            await processes.Containerd.EnsureAsync(profile, ct);
            await NodePods.RemoveAllAsync(paths.ContainerdSocket, time, ct);
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            // A runtime that does not start, or whose state is damaged, is one reason why clusters are deleted.
        }
    }

    private Profile? FindReadable(string name)
    {
        try
        {
            return profiles.Find(name);
        }
        catch (ClusterException)
        {
            return null;
        }
    }
}
