using Navarch.Cluster.Machine;
using Navarch.Cluster.Processes;
using Navarch.Cluster.Profiles;

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

    /// <summary>The service proxy's rules and the pods' bridge: both are of no use, and in the way, while nothing runs.</summary>
    public static async Task RemoveNetworkAsync(Profile profile, CancellationToken ct)
    {
        if (Tool.Find("nft") is not null)
        {
            foreach (var family in (string[])["ip", "ip6", "inet"])
            {
                await Tool.RunAsync("nft", ["delete", "table", family, profile.NftTable], ct);
            }
        }

        if (Directory.Exists($"/sys/class/net/{profile.Bridge}"))
        {
            await Tool.RunAsync("ip", ["link", "delete", profile.Bridge], ct);
        }
    }

    public static async Task RemoveCgroupsAsync(string cgroupParent, TimeProvider time, CancellationToken ct)
    {
        const int Attempts = 100;
        for (var i = 0; i < Attempts && !Cgroups.TryRemove(cgroupParent); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, ct);
        }
    }

    /// <summary>The logs of this profile's pods, which lie with those of all pods of the machine. Their folder's name ends in the pod's uid.</summary>
    public static void RemovePodLogs(ProfilePaths paths)
    {
        const string Pods = "/var/log/pods";
        const string Containers = "/var/log/containers";
        var uids = Directory.Exists(Path.Combine(paths.Kubelet, "pods"))
            ? Directory.EnumerateDirectories(Path.Combine(paths.Kubelet, "pods")).Select(folder => Path.GetFileName(folder)).ToHashSet()
            : [];
        if (Directory.Exists(Pods))
        {
            foreach (var folder in Directory.EnumerateDirectories(Pods).Where(folder => uids.Contains(folder[(folder.LastIndexOf('_') + 1)..])))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        if (Directory.Exists(Containers))
        {
            foreach (var link in new DirectoryInfo(Containers).EnumerateFiles().Where(file => file.LinkTarget is { } target && !File.Exists(target)))
            {
                link.Delete();
            }
        }
    }

    /// <summary>The profile's folders, whatever is mounted in them, and shared folders that were not there before the profile.</summary>
    public static void RemoveFiles(ProfilePaths paths, IReadOnlyList<string> createdFolders)
    {
        foreach (var folder in (string[])[paths.State, paths.Run])
        {
            Mounts.RemoveBelow(folder);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
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
