using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Navarch.ApiServer;
using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.Tokens;
using Navarch.Client;
using Navarch.Cluster.Backup;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Machine;
using Navarch.Controllers;
using Navarch.Machinery.Certificates;
using Navarch.Scheduler;
using Navarch.Storage;
using Navarch.Storage.Etcd;
using Navarch.Storage.Snapshots;
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
        var authorities = CertificateFiles.FollowAuthorities(paths.Certificate(ClusterCertificates.Authority), context.Time);
        var config = new ApiServerConfig
        {
            Port = profile.ApiPort,
            ServerCertificate = ServerCertificate(context),
            ClientAuthorities = () => authorities.Current,
            KubeletClientCertificate = Follow(context, ClusterCertificates.KubeletClient),
            ServiceAccountTokens = new ServiceAccountTokenConfig { KeyFiles = [paths.Key(ClusterCertificates.ServiceAccounts)], KeepsKeys = true },
            EncryptionKeys = new EncryptionKeyFile(paths.EncryptionKeys),
            EncryptResources = context.EncryptResources,
            AdvertiseAddress = MachineAddresses.Primary(),
            ServiceNetwork = IPNetwork.Parse(profile.ServiceCidr),
            KubeletPort = profile.KubeletPort,
        };
        if (context.Audit is { PolicyFile.Length: > 0 } audit)
        {
            config = config with { AuditPolicyFile = audit.PolicyFile, AuditLog = audit.Log };
        }

        await using var server = await ApiServerHost.StartAsync(context.Access(config), store, context.Time, context.Logs, ct);
        await RoleProcess.TogetherAsync(ct, token => server.Completion.WaitAsync(token), token => beside(server, token), token => KeepCertificatesAsync(context, token));
    }

    public static async Task ControllersAsync(RoleContext context, CancellationToken ct)
    {
        using var client = context.Client("controller-manager");
        await ControllersAsync(context, client, ElectionOfPart(context, "kube-controller-manager"), ct);
    }

    public static async Task SchedulerAsync(RoleContext context, CancellationToken ct)
    {
        using var client = context.Client("scheduler");
        await SchedulerAsync(context, client, ElectionOfPart(context, "kube-scheduler"), ct);
    }

    // Over its own database a server is the only one. Over etcd it may be one of several, of which one acts. Servers share a
    // machine or its neighbourhood: who fails is replaced sooner than upstream's times allow, within 11 s.
    private static LeaderElectionConfig? ElectionOfServers(RoleContext context, string part) => context.Etcd is null ? null : Election(context, part) with
    {
        LeaseDuration = TimeSpan.FromSeconds(8),
        RenewDeadline = TimeSpan.FromSeconds(5),
        RetryPeriod = TimeSpan.FromSeconds(1),
    };

    // A part in a process of its own may be one of several, ours or others'.
    private static LeaderElectionConfig? ElectionOfPart(RoleContext context, string part) => context.ElectsLeader ? Election(context, part) : null;

    // A process that is started anew is somebody else, even with the id of the one before.
    private static LeaderElectionConfig Election(RoleContext context, string part) =>
        new(new NamespacedName("kube-system", part), $"{context.MemberName}_{Guid.NewGuid()}");

    private static async Task<IRevisionStore> OpenStoreAsync(RoleContext context, CancellationToken ct)
    {
        if (context.Etcd is { } etcd)
        {
            var shared = await EtcdRevisionStore.OpenAsync(context.Member == 0 ? etcd : OnOneMachine(etcd), context.Time, ct);
            await RestoredEtcd.FillAsync(context.Paths.RestoredObjects, shared, context.Time, ct);
            return await ShiftedRevisionStore.OverAsync(shared, ct);
        }

        var path = context.Paths.Database;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return await SqliteRevisionStore.OpenAsync(new SqliteStoreConfig { Path = path }, context.Time, ct);
    }

    // What was on its way to a leader that is gone is never answered; members beside each other are not slow for another reason.
    private static EtcdStoreConfig OnOneMachine(EtcdStoreConfig etcd) => etcd with { AttemptTimeout = TimeSpan.FromSeconds(1.5), SilenceMax = TimeSpan.FromSeconds(1) };

    private static Task ControllersAsync(RoleContext context, IClient client, LeaderElectionConfig? election, CancellationToken ct)
    {
        var tokenKeys = new TokenKeyFile(context.Paths.Key(ClusterCertificates.ServiceAccounts));
        var authorities = context.Paths.Certificate(ClusterCertificates.Authority);
        var roots = new FileValue<string>([authorities], () => File.ReadAllText(authorities), context.Time);
        var config = new ControllerConfig
        {
            ClusterNetwork = context.Profile.PodCidr,
            LeaderElection = election,
            DnsAddress = context.Profile.LeavesDnsToOthers ? "" : context.Profile.Addresses.DnsServiceAddress.ToString(),
            TokenSigningKey = () => tokenKeys.Load().First(static entry => entry.Key.CanSign).Key,
            RootCertificates = () => roots.Current,
            SigningAuthority = SigningAuthority(context),
        };
        return ControllerManager.RunAsync(context.Signing(config), client, context.Logs, context.Time, new Random(), ct);
    }

    private static Task SchedulerAsync(RoleContext context, IClient client, LeaderElectionConfig? election, CancellationToken ct) =>
        SchedulerProcess.RunAsync(
            new SchedulerConfig { Host = context.MemberName, LeaderElection = election }, client, context.Logs, context.Time, new Random(), ct);

    // Where the authority's key is kept elsewhere, others sign.
    private static Func<X509Certificate2>? SigningAuthority(RoleContext context)
    {
        var (authorities, key) = (context.Paths.Certificate(ClusterCertificates.Authority), context.Paths.Key(ClusterCertificates.Authority));
        if (!File.Exists(key))
        {
            return null;
        }

        var signer = CertificateFiles.FollowSigner(authorities, key, context.Time);
        return () => signer.Current;
    }

    // Where there are several servers, their supervisor does it.
    private static Task KeepCertificatesAsync(RoleContext context, CancellationToken ct) =>
        context.Member > 0 ? Task.Delay(Timeout.Infinite, ct) : new CertificateKeeper(context.Profile, context.Paths, context.Time, context.Logs.CreateLogger<CertificateKeeper>()).RunAsync(ct);

    private static Func<SslStreamCertificateContext> ServerCertificate(RoleContext context)
    {
        var (certificate, key) = (context.Paths.Certificate(ClusterCertificates.ApiServer), context.Paths.Key(ClusterCertificates.ApiServer));
        var shown = new FileValue<SslStreamCertificateContext>(
            [certificate, key], () => SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), Chain(certificate), offline: true), context.Time);
        return () => shown.Current;
    }

    /// <summary>What the file holds beyond the server's own certificate: how those get to it who trust another authority.</summary>
    private static X509Certificate2Collection Chain(string certificate)
    {
        var chain = AuthorityBundle.Parse(File.ReadAllText(certificate));
        chain.RemoveAt(0);
        return chain;
    }

    private static Func<X509Certificate2> Follow(RoleContext context, string name)
    {
        var certificate = CertificateFiles.Follow(context.Paths.Certificate(name), context.Paths.Key(name), context.Time);
        return () => certificate.Current;
    }
}
