using Navarch.Cluster.Processes;

namespace Navarch.Cluster.Machine;

/// <summary>Tries out what a node needs of the kernel. A trial is the only test that is true in containers and small kernels alike.</summary>
internal static class KernelFeatures
{
    private const int InotifyInstancesMin = 1024;
    private const string InotifyInstances = "/proc/sys/fs/inotify/max_user_instances";

    /// <exception cref="ClusterException">Something is missing; the message names it and how to get it.</exception>
    public static async Task RequireAsync(CancellationToken ct)
    {
        if (!HasFileSystem("overlay"))
        {
            await LoadModuleAsync("overlay", ct);
            if (!HasFileSystem("overlay"))
            {
                throw Missing("the overlay file system, in which containers' files live", "overlay");
            }
        }

        if (!Directory.EnumerateDirectories("/sys/fs/cgroup").Any())
        {
            throw new ClusterException("no cgroup hierarchy is mounted at /sys/fs/cgroup", "mount one: `mount -t cgroup2 none /sys/fs/cgroup`");
        }

        await RequireLinkTypeAsync("bridge", [], ct);
        await RequireLinkTypeAsync("veth", ["peer", "name", "nvprobe1"], ct);
        await RequireNfTablesAsync(ct);
    }

    /// <summary>
    /// Every container's shim and every kubelet watches files; 128 instances, a common default, are used up by a few dozen pods.
    /// The limit is raised, never lowered. Failing to is no reason not to start.
    /// </summary>
    public static void RaiseInotifyLimit()
    {
        try
        {
            if (int.TryParse(File.ReadAllText(InotifyInstances), out var limit) && limit < InotifyInstancesMin)
            {
                File.WriteAllText(InotifyInstances, $"{InotifyInstancesMin}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Read-only /proc/sys, as in a container: the machine above decides.
        }
    }

    private static bool HasFileSystem(string name) =>
        File.ReadLines("/proc/filesystems").Any(line => line.Split('\t')[^1] == name);

    private static async Task RequireLinkTypeAsync(string type, string[] more, CancellationToken ct)
    {
        // In a network namespace of its own that is gone with the process: the trial cannot leave a link behind.
        var outcome = await Tool.RunAsync("unshare", ["--net", "ip", "link", "add", "nvprobe0", "type", type, .. more], ct);
        if (!outcome.Succeeded)
        {
            throw Missing($"{type} links, over which pods reach each other ({outcome.Complaint})", type);
        }
    }

    private static async Task RequireNfTablesAsync(CancellationToken ct)
    {
        const string Probe = "add table ip nvprobe; add chain ip nvprobe c { type nat hook prerouting priority -100; }; add map ip nvprobe m { type ipv4_addr . inet_proto . inet_service : verdict; }";
        var outcome = await Tool.RunAsync("unshare", ["--net", "nft", Probe], ct);
        if (!outcome.Succeeded)
        {
            throw Missing($"nftables with address translation, which route services to pods ({outcome.Complaint})", "nf_tables nft_chain_nat");
        }
    }

    private static async Task LoadModuleAsync(string module, CancellationToken ct)
    {
        if (Tool.Find("modprobe") is not null)
        {
            await Tool.RunAsync("modprobe", [module], ct);
        }
    }

    private static ClusterException Missing(string what, string modules) =>
        new($"this kernel has no {what}", $"load the modules (`modprobe {modules}`) or use a kernel that has them");
}
