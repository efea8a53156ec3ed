using Navarch.Cluster.Machine;
using Navarch.Cluster.Processes;
using Navarch.Cluster.Profiles;
using Navarch.Kubelet.Kernel;

namespace Navarch.Cluster.Lifecycle;

/// <summary>
/// What of a cluster can be left on the machine when the programs that made it were killed: found by the profile's names,
/// removed without their help. Each step does nothing where nothing is left.
/// </summary>
internal static class Leftover
{
    /// <summary>containerd's shims of this profile: each holds one pod's processes, and outlives containerd on purpose.</summary>
    public static IReadOnlyList<ProcessIdentity> Shims(ProfilePaths paths) =>
        ProcessIdentity.Where(words =>
            words.Count > 0
            && Path.GetFileName(words[0]).StartsWith("containerd-shim", StringComparison.Ordinal)
            && words.Any(word => word.StartsWith(paths.ContainerdState + "/", StringComparison.Ordinal)));

    public static async Task KillProcessesAsync(string cgroupParent, ProfilePaths paths, TimeProvider time, CancellationToken ct)
    {
        foreach (var shim in Shims(paths))
        {
            await ProcessSignals.StopAsync(shim, TimeSpan.FromMilliseconds(500), time, ct);
        }

        foreach (var process in Cgroups.ProcessesIn(cgroupParent).Select(ProcessIdentity.Find).OfType<ProcessIdentity>())
        {
            await ProcessSignals.StopAsync(process, TimeSpan.Zero, time, ct);
        }
    }

    /// <exception cref="ClusterException">Processes in them do not end.</exception>
    public static async Task RemoveCgroupsAsync(string cgroupParent, TimeProvider time, CancellationToken ct)
    {
        const int Attempts = 500;
        for (var i = 1; !Cgroups.TryRemove(cgroupParent); i++)
        {
            if (i == Attempts)
            {
                throw new ClusterException(
                    $"the cgroup {cgroupParent} cannot be removed: processes in it do not end", $"end those in {string.Join(", ", Cgroups.FoldersOf(cgroupParent))}, or restart the machine; then try again");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), time, ct);
        }
    }

    /// <summary>The profile's folders, whatever is mounted in them, and shared folders that were not there before the profile.</summary>
    public static void RemoveFiles(ProfilePaths paths, IReadOnlyList<string> createdFolders)
    {
        foreach (var folder in (string[])[paths.State, paths.Run])
        {
            Mounts.RemoveBelow(folder);
            HostileTree.Remove(folder); // Among it what containers wrote into their volumes.
        }

        foreach (var folder in createdFolders.Append(paths.StateRoot).OrderByDescending(folder => folder.Length))
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
    }
}
