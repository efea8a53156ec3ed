using Navarch.Cluster.Processes;
using Navarch.Network.Pods;

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

        try
        {
            Navarch.Network.Pods.KernelFeatures.Check();
        }
        catch (PodNetworkException e)
        {
            throw new ClusterException(e.Message.TrimEnd('.'), "then start again", e);
        }
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
