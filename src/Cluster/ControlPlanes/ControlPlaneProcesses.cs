using System.Globalization;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Processes;
using Navarch.Cluster.Profiles;
using Navarch.Network.Netlink;

namespace Navarch.Cluster.ControlPlanes;

/// <summary>The processes of several control planes: for each a member of etcd and an API server, each in its namespace.</summary>
/// <param name="self">How this program starts itself.</param>
public sealed class ControlPlaneProcesses(Profile profile, ProfilePaths paths, IReadOnlyList<string> self, TimeProvider time)
{
    private readonly IReadOnlyList<ControlPlane> planes = ControlPlane.Of(profile);

    /// <summary>Every process with what starts it where it does not run. Members come first: servers wait for them.</summary>
    public IReadOnlyList<(Daemon Daemon, Func<bool> Ensure)> All =>
    [
        .. planes.Select(plane => Of(plane, plane.EtcdName, () => (EtcdProgram.Find(paths) ?? throw NoEtcd(), EtcdProgram.Arguments(plane, planes, paths)))),
        .. planes.Select(plane => Of(plane, plane.ServerName, () => (self[0], ServerArguments(plane)))),
    ];

    private (Daemon Daemon, Func<bool> Ensure) Of(ControlPlane plane, string name, Func<(string Program, IReadOnlyList<string> Arguments)> command)
    {
        var daemon = new Daemon(name, paths.PidFile(name), paths.LogFile(name), time);
        return (daemon, () =>
        {
            var (program, arguments) = command();

            // What a process starts is where the thread is that starts it.
            return NetworkNamespace.Run(plane.NamespacePath, () => daemon.Ensure(program, arguments, Lifecycle.Start.RuntimeSettings));
        });
    }

    // The member beside it comes first: it is the nearest, and goes when the server goes.
    private IReadOnlyList<string> ServerArguments(ControlPlane plane) =>
    [
        .. self.Skip(1), "server",
        "--profile", profile.Name,
        "--member", plane.Number.ToString(CultureInfo.InvariantCulture),
        "--etcd-servers", string.Join(',', planes.OrderBy(other => other != plane).Select(other => other.EtcdAddress.GetLeftPart(UriPartial.Authority))),
        "--etcd-cafile", paths.Certificate(ClusterCertificates.EtcdAuthority),
        "--etcd-certfile", paths.Certificate(ClusterCertificates.EtcdClient),
        "--etcd-keyfile", paths.Key(ClusterCertificates.EtcdClient),
    ];

    private static ClusterException NoEtcd() => new("etcd is not there any more", "install etcd-server, or start the cluster again");
}
