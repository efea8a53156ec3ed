using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.ApiServer;
using Navarch.Client;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Machine;
using Navarch.Controllers;
using Navarch.Scheduler;
using Navarch.Storage;
using Navarch.Storage.Etcd;
using Navarch.Storage.Sqlite;

namespace Navarch.Cli.Roles;

/// <summary>The parts of a control plane, each written out with what it is given.</summary>
internal static class ControlPlane
{
    /// <summary>API server, controllers and scheduler in one process.</summary>
    public static Task ServerAsync(RoleContext context, CancellationToken ct) =>
        ApiServerAsync(
            context,
            (server, stop) => RoleProcess.TogetherAsync(
                stop,
                token => ControllersAsync(context, server.InProcessClient("system:kube-controller-manager"), ElectionOfServers(context, "kube-controller-manager"), token),
                token => SchedulerAsync(context, server.InProcessClient("system:kube-scheduler"), ElectionOfServers(context, "kube-scheduler"), token)),
            ct);

    /// <summary>The API server, and while it serves <paramref name="beside"/>.</summary>
    public static async Task ApiServerAsync(RoleContext context, Func<ApiServerHost, CancellationToken, Task> beside, CancellationToken ct)
    {
        var (profile, paths) = (context.Profile, context.Paths);
        await using var store = await OpenStoreAsync(context, ct);
        using var tokenKey = ECDsa.Create();
        tokenKey.ImportFromPem(await File.ReadAllTextAsync(paths.Key(ClusterCertificates.ServiceAccounts), ct));
        var config = new ApiServerConfig
        {
            Port = profile.ApiPort,
            ServerCertificate = Load(context, ClusterCertificates.ApiServer),
            ClientAuthorities = [X509CertificateLoader.LoadCertificateFromFile(paths.Certificate(ClusterCertificates.Authority))],
            KubeletClientCertificate = Load(context, ClusterCertificates.KubeletClient),
            ServiceAccountKey = tokenKey,
            AdvertiseAddress = MachineAddresses.Primary(),
            ServiceNetwork = IPNetwork.Parse(profile.ServiceCidr),
            KubeletPort = profile.KubeletPort,
        };
        await using var server = await ApiServerHost.StartAsync(config, store, context.Time, context.Logs, ct);
        await RoleProcess.TogetherAsync(ct, token => server.Completion.WaitAsync(token), token => beside(server, token));
    }

    public static async Task ControllersAsync(RoleContext context, CancellationToken ct)
    {
        using var client = context.Client("controller-manager");
        await ControllersAsync(context, client, election: null, ct);
    }

    public static async Task SchedulerAsync(RoleContext context, CancellationToken ct)
    {
        using var client = context.Client("scheduler");

        // A scheduler of its own process may be one of several.
        await SchedulerAsync(context, client, Election(context, "kube-scheduler"), ct);
    }

    // Over its own database a server is the only one. Over etcd it may be one of several, of which one acts.
    private static LeaderElectionConfig? ElectionOfServers(RoleContext context, string part) => context.Etcd is null ? null : Election(context, part);

    private static LeaderElectionConfig Election(RoleContext context, string part) =>
        new(new NamespacedName("kube-system", part), $"{context.Profile.NodeName}_{Environment.ProcessId}");

    private static async Task<IRevisionStore> OpenStoreAsync(RoleContext context, CancellationToken ct)
    {
        if (context.Etcd is { } etcd)
        {
            return await EtcdRevisionStore.OpenAsync(etcd, context.Time, ct);
        }

        var path = context.Paths.Database;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return await SqliteRevisionStore.OpenAsync(new SqliteStoreConfig { Path = path }, context.Time, ct);
    }

    private static Task ControllersAsync(RoleContext context, IClient client, LeaderElectionConfig? election, CancellationToken ct)
    {
        var config = new ControllerConfig
        {
            ClusterNetwork = context.Profile.PodCidr,
            LeaderElection = election,
            RootCertificate = File.ReadAllText(context.Paths.Certificate(ClusterCertificates.Authority)),
        };
        return ControllerManager.RunAsync(config, client, context.Logs, context.Time, new Random(), ct);
    }

    private static Task SchedulerAsync(RoleContext context, IClient client, LeaderElectionConfig? election, CancellationToken ct) =>
        SchedulerProcess.RunAsync(
            new SchedulerConfig { Host = context.Profile.NodeName, LeaderElection = election }, client, context.Logs, context.Time, new Random(), ct);

    private static X509Certificate2 Load(RoleContext context, string name) =>
        X509Certificate2.CreateFromPemFile(context.Paths.Certificate(name), context.Paths.Key(name));
}
