using System.Net;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Kubelet.Cgroups;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Logs;
using Navarch.Kubelet.Nodes;
using Navarch.Kubelet.Pods;
using Navarch.Kubelet.Probes;
using Navarch.Kubelet.Server;
using Navarch.Kubelet.Server.Access;
using Navarch.Kubelet.Volumes;

namespace Navarch.Kubelet;

/// <summary>A kubelet, put together and run.</summary>
public static class KubeletProcess
{
    /// <summary>
    /// Runs until cancelled, and then leaves all pods running: the next kubelet of the node adopts them. Ends with an
    /// exception only for what waiting would not mend, such as a port that is taken.
    /// </summary>
    /// <param name="informers">Shared by all parts of the process and run by it; services are watched through it.</param>
    public static async Task RunAsync(
        KubeletConfig config, IClient client, InformerFactory informers, ILoggerFactory logs, TimeProvider time, CancellationToken ct)
    {
        Directory.CreateDirectory(config.RootDirectory);
        Directory.CreateDirectory(config.PodLogsDirectory);

        // What the machine has.
        using var runtime = new CriRuntime(config.RuntimeEndpoint, time);
        var machine = new Machine(config.RootDirectory);
        var cgroupTree = new CgroupTree();
        var cgroups = new PodCgroups(config.CgroupParent, config.CgroupDriver);
        var directories = new PodDirectories(config.RootDirectory);
        var files = new LogFiles(config.PodLogsDirectory);
        var cache = new RuntimeCache(runtime, new LastWords(files), time, logs.CreateLogger<RuntimeCache>());

        // What the API has.
        var pods = informers.Get<Pod>(new ListQuery { FieldSelector = $"spec.nodeName={config.NodeName}" });
        var services = informers.Get<Service>();
        await using var objects = new NodeObjects(client, time, logs);
        var recorder = new EventRecorder(client, "kubelet", config.NodeName, time, logs.CreateLogger<EventRecorder>());
        var events = new PodEvents(recorder);
        var statuses = new PodStatusWriter(client, time, logs.CreateLogger<PodStatusWriter>());

        // The node itself.
        KubeletServer? server = null;
        var view = new NodeView(config, machine);
        var registration = new NodeRegistration(
            view, machine, runtime, cache, client, recorder, () => server?.Port ?? config.ListenPort, time, logs.CreateLogger<NodeRegistration>());
        var lease = new NodeLease(config.NodeName, registration.Registered, client, time, logs.CreateLogger<NodeLease>());

        // Its pods.
        using var prober = new Prober(runtime, time);
        var context = new PodContext
        {
            Config = config,
            Runtime = runtime,
            Cache = cache,
            Client = client,
            Services = services,
            Events = events,
            Statuses = statuses,
            Directories = directories,
            Volumes = new PodVolumes(directories, objects, client, time),
            Objects = objects,
            Prober = prober,
            CgroupTree = cgroupTree,
            Cgroups = cgroups,
            Logs = files,
            Node = view,
            ContainerConfigs = new ContainerConfigs(Path.Combine(config.RootDirectory, "seccomp"), machine.MemoryBytes, cgroupTree.IsV2),
            RuntimeName = () => registration.RuntimeName,
            Time = time,
        };
        await using var workers = new PodWorkers(context, pods, new ClassCgroups(cgroupTree, cgroups, machine.CpuCount), logs);
        var rotation = new LogRotation(cache, runtime, files, time, logs.CreateLogger<LogRotation>());

        // What it tells.
        var lookup = new PodLookup(pods, cache);
        var certificate = ServerCertificate.Follow(config, time);
        server = new KubeletServer(
            config,
            certificate,
            new AccessCheck(
                config.NodeName, config.Access, CertificateCallers.Follow(config.ClientCAFile, time), new Reviews(config.Access, client, time), logs.CreateLogger<AccessCheck>()),
            new ServerRoutes(
                new LogsHandler(lookup, cache, files, time),
                new StreamingHandler(lookup, runtime, new UpgradePipe()),
                new FiguresHandler(config, workers, runtime, machine, time)),
            logs);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var serving = server.RunAsync(stop.Token);
        // The node tells its port, so it listens before it is told of.
        await Task.WhenAny(server.Listening, serving);
        Task[] running =
        [
            serving,
            cache.RunAsync(stop.Token),
            registration.RunAsync(stop.Token),
            lease.RunAsync(stop.Token),
            recorder.RunAsync(stop.Token),
            statuses.RunAsync(stop.Token),
            workers.RunAsync(stop.Token),
            rotation.RunAsync(stop.Token),
            .. config.CertificateDirectory.Length > 0 ? [RenewAsync(stop.Token)] : (Task[])[],
        ];
        try
        {
            await await Task.WhenAny(running);
        }
        finally
        {
            // One that ended ends all: half a kubelet would look alive.
            await stop.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Who approves looks at the node's addresses, so the node is told of first.
        async Task RenewAsync(CancellationToken token)
        {
            await registration.Registered.WaitAsync(token);
            var wish = CertificateWish.KubeletServing(config.NodeName, IPAddress.Parse(config.NodeIP));
            await new CertificateRenewal(
                wish, config.ServerCertificateFile, () => certificate.Current, client, time, new Random(), logs.CreateLogger<CertificateRenewal>()).RunAsync(token);
        }
    }
}
