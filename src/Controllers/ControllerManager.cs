using System.Net;
using Microsoft.Extensions.Logging;
using Navarch.Api.Apps.V1;
using Navarch.Api.Certificates.V1;
using Navarch.Api.Coordination.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.Networking.V1;
using Navarch.Api.Rbac.V1;
using Navarch.Client;
using Navarch.Controllers.Certificates;

namespace Navarch.Controllers;

/// <summary>Composes and runs the controllers. Each runs for itself: what breaks one, restarts that one.</summary>
public static partial class ControllerManager
{
    private const string Component = "controller-manager";

    /// <summary>Runs until cancelled; with leader election, only while this process leads.</summary>
    public static Task RunAsync(ControllerConfig config, IClient client, ILoggerFactory logs, TimeProvider time, Random random, CancellationToken ct)
    {
        if (config.LeaderElection is not { } election)
        {
            return LeadAsync(config, client, logs, time, random, ct);
        }

        var elector = new LeaderElector(client, election, time, new Random(random.Next()), logs.CreateLogger<LeaderElector>());
        return elector.RunAsync(token => LeadAsync(config, client, logs, time, random, token), ct);
    }

    private static async Task LeadAsync(
        ControllerConfig config, IClient client, ILoggerFactory logs, TimeProvider time, Random random, CancellationToken ct)
    {
        var informers = new InformerFactory(client, time, logs, new Random(random.Next()));
        var recording = new RecordingClient(client);
        var running = new List<Task>();

        EventRecorder Recorder(string component)
        {
            var recorder = new EventRecorder(client, component, Environment.MachineName, time, logs.CreateLogger<EventRecorder>());
            running.Add(recorder.RunAsync(ct));
            return recorder;
        }

        void Host(IReconciler reconciler, int workers)
        {
            if (!config.Disabled.Contains(reconciler.Name))
            {
                var own = new Random(random.Next()); // Randoms are not for several threads.
                running.Add(KeepRunningAsync(reconciler.Name, () => HostAsync(reconciler, workers, time, own, logs, ct), logs, time, own, ct));
            }
        }

        var pods = informers.Get<Pod>();
        var nodes = informers.Get<Node>();
        var services = informers.Get<Service>();
        var namespaces = informers.Get<Namespace>();
        var replicaSets = informers.Get<ReplicaSet>();
        var leases = informers.Get<Lease>(ListQuery.In(NodeLifecycleController.LeaseNamespace));
        var nodeEvents = Recorder("node-controller");
        var many = config.WorkersPerController;

        Host(new DeploymentController(informers.Get<Deployment>(), replicaSets, pods, recording, Recorder("deployment-controller"), time), many);
        Host(new ReplicaSetController(replicaSets, pods, recording, Recorder("replicaset-controller"), time), many);
        Host(new EndpointSliceController(services, pods, informers.Get<EndpointSlice>(), nodes, recording), many);
        Host(new EndpointSliceMirroringController(services, informers.Get<Api.Core.V1.Endpoints>(), informers.Get<EndpointSlice>(), recording), many);
        Host(new EndpointsController(services, pods, informers.Get<Api.Core.V1.Endpoints>(), recording), many);
        Host(new NodeAddressController(nodes, recording, nodeEvents, IPNetwork.Parse(config.ClusterNetwork), config.NodePrefixLength), 1);
        Host(new NodeLifecycleController(nodes, leases, pods, recording, nodeEvents, time, config.NodeGracePeriod), many);
        Host(new TaintEvictionController(pods, nodes, recording, Recorder("taint-eviction-controller"), time), many);
        Host(new NamespaceController(namespaces, pods, recording, time), many);
        var accounts = informers.Get<ServiceAccount>();
        Host(new ServiceAccountController(namespaces, accounts, recording), 1);
        var tokenSecrets = informers.Get<Secret>(TokenSecretController.Scope);
        if (config.TokenSigningKey is { } signingKey)
        {
            Host(new TokenSecretController(tokenSecrets, accounts, recording, config.RootCertificates, signingKey, time), 1);
        }

        Host(new LegacyTokenCleaner(tokenSecrets, accounts, pods, recording, time, config.LegacyTokenPeriod), 1);

        var bootstrapTokens = informers.Get<Secret>(BootstrapToken.Scope);
        Host(new BootstrapSigner(informers.Get<ConfigMap>(ListQuery.In(BootstrapSigner.Namespace)), bootstrapTokens, recording, time), 1);
        Host(new BootstrapTokenCleaner(bootstrapTokens, recording, time), 1);
        var claims = informers.Get<PersistentVolumeClaim>();
        Host(new ResourceQuotaController(informers.Get<ResourceQuota>(), pods, services, claims, recording, time), many);
        Host(new ClaimProtectionController(claims, pods, recording), 1);
        Host(new VolumeProtectionController(informers.Get<PersistentVolume>(), recording), 1);
        Host(new ServiceRangeController(informers.Get<ServiceCIDR>(), informers.Get<Api.Networking.V1.IPAddress>(), recording, time), 1);
        if (config.RootCertificates is { } roots)
        {
            Host(new RootCertificateController(namespaces, informers.Get<ConfigMap>(), recording, roots, time), 1);
        }

        var certificates = informers.Get<CertificateSigningRequest>();
        if (config.SigningAuthority is { } authority)
        {
            Host(new CertificateSigningController(certificates, recording, new SigningAuthority(authority, config.SigningDuration, time), time), 1);
        }

        Host(new KubeletClientApprover(certificates, recording, time), 1);
        Host(new KubeletServingApprover(certificates, nodes, services, recording, Recorder("kubelet-serving-approver"), time), 1);
        Host(new CertificateRequestCleaner(certificates, recording, time), 1);
        if (config.DnsAddress.Length > 0)
        {
            Host(new DnsServiceController(services, namespaces, recording, config.DnsAddress), 1);
        }

        Host(new ClusterRoleAggregationController(informers.Get<ClusterRole>(), recording), 1);
        Host(new PodGarbageController(pods, nodes, recording, Recorder("pod-garbage-collector"), time, config.FinishedPodsMax), 1);
        if (!config.Disabled.Contains("garbagecollector"))
        {
            var own = new Random(random.Next());
            running.Add(KeepRunningAsync("garbagecollector", () => CollectAsync(informers, client, many, time, own, logs, ct), logs, time, own, ct));
        }

        running.Add(informers.RunAsync(ct));
        LogStarted(logs.CreateLogger(Component), running.Count);
        await RunAllAsync(running);
    }

    private static async Task HostAsync(IReconciler reconciler, int workers, TimeProvider time, Random random, ILoggerFactory logs, CancellationToken ct)
    {
        using var host = new ReconcilerHost(reconciler, workers, time, new Random(random.Next()), logs.CreateLogger<ReconcilerHost>());
        await host.RunAsync(ct);
    }

    private static async Task CollectAsync(
        InformerFactory informers, IClient client, int workers, TimeProvider time, Random random, ILoggerFactory logs, CancellationToken ct)
    {
        var kinds = await ServedKinds.FindAsync(client, informers, ct);
        using var collector = new GarbageCollector(kinds, time, new Random(random.Next()), logs.CreateLogger<GarbageCollector>());
        await collector.RunAsync(workers, ct);
    }

    /// <summary>Starts what broke again, after a while. Never throws but for a cancellation.</summary>
    private static async Task KeepRunningAsync(string name, Func<Task> run, ILoggerFactory logs, TimeProvider time, Random random, CancellationToken ct)
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), random);
        while (true)
        {
            try
            {
                await run();
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                LogBroken(logs.CreateLogger(Component), name, e);
            }

            await Task.Delay(backoff.Next(), time, ct);
        }
    }

    // All of them end by the same cancellation; one that ends otherwise is a broken invariant, and ends the process.
    private static async Task RunAllAsync(List<Task> running)
    {
        await await Task.WhenAny(running);
        await Task.WhenAll(running);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Controllers run: {Count} loops")]
    private static partial void LogStarted(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Controller {Name} broke and is started again")]
    private static partial void LogBroken(ILogger log, string name, Exception error);
}
