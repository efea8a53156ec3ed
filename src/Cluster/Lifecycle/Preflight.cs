using System.Globalization;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Packages;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Lifecycle;

/// <summary>Everything about the machine that would stop a start, found before anything is changed.</summary>
internal static class Preflight
{
    /// <exception cref="ClusterException">The command needs root.</exception>
    public static void RequireRoot(string command)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new ClusterException($"`navarch {command}` changes the machine's network and runs containers: it needs root", $"run it with sudo: `sudo navarch {command}`");
        }

        if (!Capabilities.Has(Capabilities.SysAdmin) || !Capabilities.Has(Capabilities.NetAdmin))
        {
            throw new ClusterException("root has neither CAP_SYS_ADMIN nor CAP_NET_ADMIN here", "run it on the machine itself or in a privileged container");
        }
    }

    public static async Task RequireMachineAsync(ProfilePaths paths, IProgressReporter progress, CancellationToken ct)
    {
        DiskSpace.Require(paths.State, DiskSpace.StartBytesMin);
        await new AptPackages(progress).EnsureAsync(RequiredPackage.Node, ct);
        await KernelFeatures.RequireAsync(ct);
        KernelFeatures.RaiseInotifyLimit();
    }

    /// <summary>Refuses a port that something else listens on.</summary>
    public static void RequirePort(int port, string whose, string flag)
    {
        if (!Ports.IsFree(port))
        {
            var owner = Ports.FindOwner(port) is { } process ? $" by {process}" : "";
            throw new ClusterException(
                string.Create(CultureInfo.InvariantCulture, $"port {port}, {whose}, is taken{owner}"),
                $"stop what uses it, or choose another with {flag}");
        }
    }
}
