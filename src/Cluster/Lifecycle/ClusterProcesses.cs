using Navarch.Cluster.Processes;
using Navarch.Cluster.Profiles;
using Navarch.Cluster.Runtime;

namespace Navarch.Cluster.Lifecycle;

/// <summary>The processes of a one-node cluster: the control plane, the node, and the node's container runtime.</summary>
public sealed class ClusterProcesses(ProfilePaths paths, TimeProvider time)
{
    public Daemon Server { get; } = new("server", paths.PidFile("server"), paths.LogFile("server"), time);

    public Daemon Agent { get; } = new("agent", paths.PidFile("agent"), paths.LogFile("agent"), time);

    public Containerd Containerd { get; } = new(paths, time);

    public IReadOnlyList<Daemon> All => [Server, Agent, Containerd.Daemon];

    public bool AllRun => All.All(daemon => daemon.Running is not null);

    public bool AnyRuns => All.Any(daemon => daemon.Running is not null);
}
