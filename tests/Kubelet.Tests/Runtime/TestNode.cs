using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Kubelet.Tests.Runtime;

/// <summary>A kubelet against a real containerd and a cluster in memory. Disposing it leaves nothing of its pods.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly PrivateContainerd _containerd;
    private readonly string _directory;
    private readonly X509Certificate2 _authority = NewAuthority();
    private readonly TestLog _log;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private TestNode(PrivateContainerd containerd, string name)
    {
        _containerd = containerd;
        NodeName = name;
        _directory = Path.Combine(containerd.Directory, name);
        Directory.CreateDirectory(_directory);
        _log = new TestLog(Path.Combine(containerd.Directory, name + ".log"));
        File.WriteAllText(Path.Combine(_directory, "ca.crt"), _authority.ExportCertificatePem());
    }

    public FakeCluster Cluster { get; } = new(TimeProvider.System);

    public string NodeName { get; }

    public string RootDirectory => Path.Combine(_directory, "root");

    public string LogsDirectory => Path.Combine(_directory, "logs");

    public int Port { get; } = FreePort.Next();

    public static async Task<TestNode> StartAsync(PrivateContainerd containerd, string name)
    {
        using (await containerd.RuntimeAsync())
        {
        }
        var node = new TestNode(containerd, name);
        node.StartKubelet();
        await Eventually.TrueAsync(() => node.Cluster.Find<Node>("", name)?.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" }) == true, "the node is ready");
        return node;
    }

    public void StartKubelet()
    {
        _stop = new CancellationTokenSource();
        _running = RunAsync(_stop.Token);
    }

    /// <summary>Stops the kubelet as a crash would, as far as its pods are concerned.</summary>
    public async Task StopKubeletAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _stop.Dispose();
    }

    public async Task<Pod> RunAsync(string name, PodSpec spec, Map<string>? labels = null)
    {
        return await Cluster.CreateAsync(
            new Pod
            {
                Metadata = new ObjectMeta { Name = name, Namespace = "default", Labels = labels ?? [] },
                Spec = spec with { NodeName = NodeName, RestartPolicy = spec.RestartPolicy.Length > 0 ? spec.RestartPolicy : RestartPolicy.Always },
                Status = new PodStatus { Phase = PodPhase.PodPending },
            },
            default);
    }

    public Task<Pod> RunAsync(string name, string script, string policy = RestartPolicy.Always) =>
        RunAsync(name, new PodSpec { Containers = [Shell("main", script)], RestartPolicy = policy, TerminationGracePeriodSeconds = 5 });

    /// <summary>A container of the test image that runs a shell script.</summary>
    public static Container Shell(string name, string script) => new()
    {
        Name = name, Image = PrivateContainerd.Image, Command = ["sh", "-c", script], ImagePullPolicy = PullPolicy.PullIfNotPresent,
        TerminationMessagePath = "/dev/termination-log",
    };

    public async Task<Pod> UntilAsync(string name, Func<Pod, bool> condition, string what)
    {
        Pod? pod = null;
        try
        {
            await Eventually.TrueAsync(() => (pod = Cluster.Find<Pod>("default", name)) is not null && condition(pod), what);
        }
        catch (Exception)
        {
            var status = pod is null ? "no such pod" : System.Text.Encoding.UTF8.GetString(Navarch.Api.Json.ApiJson.ToUtf8(pod));
            var events = string.Join("\n", Cluster.All<Event>().Select(e => $"{e.InvolvedObject.Name}: {e.Reason}: {e.Message}"));
            Assert.Fail($"never came true: {what}\n{status}\n{events}\n{_log.Text}");
        }
        return pod!;
    }

    public Task<Pod> UntilReadyAsync(string name) =>
        UntilAsync(name, pod => pod.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" }), $"{name} is ready");

    public async Task DeleteAsync(string name, long? graceSeconds = null)
    {
        await Cluster.DeleteAsync<Pod>(new NamespacedName("default", name), new DeleteOptions { GracePeriodSeconds = graceSeconds }, default);
    }

    public Task UntilGoneAsync(string name) => Eventually.TrueAsync(() => Cluster.Find<Pod>("default", name) is null, $"{name} is gone\n{_log.Text}");

    public bool HasEvent(string reason, string message) => Cluster.All<Event>().Any(e => e.Reason == reason && e.Message.Contains(message, StringComparison.Ordinal));

    /// <summary>A client of the kubelet's server.</summary>
    /// <param name="user">Common name of its certificate; null for none.</param>
    public HttpClient Http(string? user = "kube-apiserver-kubelet-client")
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (user is not null)
        {
            handler.SslOptions.ClientCertificates = [ClientCertificate(user)];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, certificates, _, _) => certificates[0];
        }
        return new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{Port}") };
    }

    public X509Certificate2 ClientCertificate(string user)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={user}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.Create(_authority, _authority.NotBefore, _authority.NotAfter, Guid.NewGuid().ToByteArray());
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in Cluster.All<Pod>())
        {
            await Cluster.DeleteAsync<Pod>(NamespacedName.Of(pod), new DeleteOptions { GracePeriodSeconds = 0 }, default);
        }
        using (var runtime = await _containerd.RuntimeAsync())
        {
            await Eventually.TrueAsync(
                async () => (await runtime.ListPodSandboxesAsync(PrivateContainerd.NoLabels, default)).All(s => !s.LogDirectory(LogsDirectory)),
                $"all sandboxes of {NodeName} are gone\n{_log.Text}");
        }
        if (!_stop.IsCancellationRequested)
        {
            await StopKubeletAsync();
        }
        _authority.Dispose();
    }

    private async Task RunAsync(CancellationToken ct)
    {
        using var logs = LoggerFactory.Create(builder => builder.AddProvider(_log));
        var informers = new InformerFactory(Cluster, TimeProvider.System, logs, new Random(1));
        var config = new KubeletConfig
        {
            NodeName = NodeName,
            NodeIP = "127.0.0.1",
            RuntimeEndpoint = "unix://" + _containerd.Socket,
            RootDirectory = RootDirectory,
            PodLogsDirectory = LogsDirectory,
            ListenAddress = "127.0.0.1",
            ListenPort = Port,
            ClientCAFile = Path.Combine(_directory, "ca.crt"),
            ClusterDns = ["10.96.0.10"],
            CgroupParent = PrivateContainerd.CgroupParent + "/" + NodeName,
        };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = informers.RunAsync(stop.Token);
        try
        {
            await KubeletProcess.RunAsync(config, Cluster, informers, logs, TimeProvider.System, ct);
        }
        finally
        {
            await stop.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static X509Certificate2 NewAuthority()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }
}

internal static class SandboxExtensions
{
    /// <summary>Whether the sandbox is of the node with that log directory: its name is in an annotation of nobody else.</summary>
    public static bool LogDirectory(this Kubelet.Cri.V1.PodSandbox sandbox, string logs) =>
        Directory.Exists(Path.Combine(logs, $"{sandbox.Metadata.Namespace}_{sandbox.Metadata.Name}_{sandbox.Metadata.Uid}"));
}
