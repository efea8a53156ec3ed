using System.Globalization;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Packages;
using Navarch.Cluster.Processes;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.ControlPlanes;

/// <summary>The distribution's etcd, and how a member of a cluster's own is run.</summary>
internal static class EtcdProgram
{
    // A backend of 2 GiB, etcd's own default, said here because who exceeds it is refused writes.
    private const long QuotaBytes = 2L << 30;

    // How many changes a member keeps in memory to tell others that were away. etcd's default of 100,000 costs hundreds of MiB.
    private const int SnapshotCount = 10_000;

    private static RequiredPackage Package { get; } = RequiredPackage.Program("etcd-server", "keeps the state of several control planes", "etcd");

    /// <summary>Has the program fetched where the machine has none. It is not installed: that would start a server of the machine's own.</summary>
    public static Task EnsureAsync(ProfilePaths paths, IProgressReporter progress, CancellationToken ct) =>
        Find(paths) is not null ? Task.CompletedTask : new AptPackages(progress).UnpackAsync([Package], paths.Packages, ct);

    public static string? Find(ProfilePaths paths) =>
        Tool.Find("etcd") ?? (Path.Combine(paths.Packages, "usr", "bin", "etcd") is var own && File.Exists(own) ? own : null);

    public static IReadOnlyList<string> Arguments(ControlPlane plane, IReadOnlyList<ControlPlane> all, ProfilePaths paths) =>
    [
        "--name", plane.EtcdName,
        "--data-dir", paths.Etcd(plane.EtcdName),
        "--initial-cluster", string.Join(',', all.Select(member => $"{member.EtcdName}={Text(member.EtcdPeerAddress)}")),
        "--initial-cluster-token", $"navarch-{paths.Profile}",
        "--listen-client-urls", Text(plane.EtcdAddress),
        "--advertise-client-urls", Text(plane.EtcdAddress),
        "--listen-peer-urls", Text(plane.EtcdPeerAddress),
        "--initial-advertise-peer-urls", Text(plane.EtcdPeerAddress),
        "--client-cert-auth",
        "--trusted-ca-file", paths.Certificate(ClusterCertificates.EtcdAuthority),
        "--cert-file", paths.Certificate(ClusterCertificates.EtcdServer),
        "--key-file", paths.Key(ClusterCertificates.EtcdServer),
        "--peer-client-cert-auth",
        "--peer-trusted-ca-file", paths.Certificate(ClusterCertificates.EtcdAuthority),
        "--peer-cert-file", paths.Certificate(ClusterCertificates.EtcdPeer),
        "--peer-key-file", paths.Key(ClusterCertificates.EtcdPeer),
        "--peer-cert-allowed-cn", ClusterCertificates.EtcdPeer,
        "--quota-backend-bytes", QuotaBytes.ToString(CultureInfo.InvariantCulture),
        "--snapshot-count", SnapshotCount.ToString(CultureInfo.InvariantCulture),

        // A member that was cut off comes back with a high opinion of itself. It must not depose the leader by that alone.
        "--pre-vote",
        "--logger", "zap",
        "--log-outputs", "stderr",
        "--log-level", "warn",
    ];

    private static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
