using Navarch.Cluster.ControlPlanes;
using Navarch.Cluster.Processes;
using Navarch.Cluster.Profiles;
using Navarch.Cluster.Runtime;

namespace Navarch.Cluster.Lifecycle;

/// <summary>The processes of a cluster: its control planes, the node, and the node's container runtime.</summary>
public sealed class ClusterProcesses
{
    private readonly Func<string, Daemon> daemon;
    private readonly Profile profile;

    public ClusterProcesses(Profile profile, ProfilePaths paths, TimeProvider time)
    {
        this.profile = profile;
        daemon = name => new Daemon(name, paths.PidFile(name), paths.LogFile(name), time);
        Front = daemon(profile.ControlPlanes > 1 ? "supervisor" : "server");
        Agent = daemon("agent");
        Containerd = new Containerd(paths, time);
    }

    /// <summary>What clients reach: the one control plane, or what leads to several.</summary>
    public Daemon Front { get; }

    /// <summary>The API servers behind it; none where there is one control plane.</summary>
    public IReadOnlyList<Daemon> Servers => [.. ControlPlane.Of(profile).Select(plane => daemon(plane.ServerName))];

    /// <inheritdoc cref="Servers"/>
    public IReadOnlyList<Daemon> Etcds => [.. ControlPlane.Of(profile).Select(plane => daemon(plane.EtcdName))];

    public Daemon Agent { get; }

    public Containerd Containerd { get; }

    public IReadOnlyList<Daemon> All => [Front, .. Servers, .. Etcds, Agent, Containerd.Daemon];

    public bool AllRun => All.All(daemon => daemon.Running is not null);

    public bool AnyRuns => All.Any(daemon => daemon.Running is not null);

    /// <summary>Ends the control planes: first what would start the others again, last what keeps the state.</summary>
    public async Task StopControlPlanesAsync(TimeSpan grace, CancellationToken ct)
    {
        await Front.StopAsync(grace, ct);
        await Task.WhenAll(Servers.Select(server => server.StopAsync(grace, ct)));

        // A member that is killed loses nothing. One that is asked hands over to others, which are leaving too.
        await Task.WhenAll(Etcds.Select(etcd => etcd.StopAsync(TimeSpan.FromSeconds(1), ct)));
    }
}
