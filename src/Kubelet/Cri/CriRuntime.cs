using System.Runtime.CompilerServices;
using Google.Protobuf;
using Navarch.Kubelet.Cri.V1;

namespace Navarch.Kubelet.Cri;

/// <summary>A runtime on a unix socket that speaks CRI v1, such as containerd 1.6 and newer.</summary>
internal sealed class CriRuntime(GrpcConnection connection, TimeProvider time) : IRuntime, IDisposable
{
    private const string Runtime = "runtime.v1.RuntimeService/";
    private const string Images = "runtime.v1.ImageService/";

    // Upstream's default. A runtime under load may need long for a sandbox; one that needs longer is hung.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(2);

    // What a shell reports of SIGKILL: 128 + 9.
    private const int KilledExitCode = 137;

    // Quick questions. The loop that asks must notice a hung runtime before the node's lease is in doubt.
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(10);

    public CriRuntime(string endpoint, TimeProvider time)
        : this(new GrpcConnection(endpoint), time)
    {
    }

    public Task<VersionResponse> VersionAsync(CancellationToken ct) =>
        CallAsync(Runtime + "Version", new VersionRequest { Version = "v1" }, VersionResponse.Parser, ProbeTimeout, ct);

    public async Task<RuntimeStatus> StatusAsync(CancellationToken ct)
    {
        var answer = await CallAsync(Runtime + "Status", new StatusRequest(), StatusResponse.Parser, ProbeTimeout, ct);
        return answer.Status ?? new RuntimeStatus();
    }

    public async Task<string> RunPodSandboxAsync(PodSandboxConfig config, string handler, CancellationToken ct)
    {
        var request = new RunPodSandboxRequest { Config = config, RuntimeHandler = handler };
        var answer = await CallAsync(Runtime + "RunPodSandbox", request, RunPodSandboxResponse.Parser, CallTimeout * 2, ct);
        return answer.PodSandboxId;
    }

    public Task StopPodSandboxAsync(string sandboxId, CancellationToken ct) =>
        IgnoreNotFoundAsync(CallAsync(
            Runtime + "StopPodSandbox", new StopPodSandboxRequest { PodSandboxId = sandboxId }, StopPodSandboxResponse.Parser, CallTimeout, ct));

    public Task RemovePodSandboxAsync(string sandboxId, CancellationToken ct) =>
        IgnoreNotFoundAsync(CallAsync(
            Runtime + "RemovePodSandbox", new RemovePodSandboxRequest { PodSandboxId = sandboxId }, RemovePodSandboxResponse.Parser, CallTimeout, ct));

    public async Task<PodSandboxStatus> PodSandboxStatusAsync(string sandboxId, CancellationToken ct)
    {
        var request = new PodSandboxStatusRequest { PodSandboxId = sandboxId };
        var answer = await CallAsync(Runtime + "PodSandboxStatus", request, PodSandboxStatusResponse.Parser, CallTimeout, ct);
        return answer.Status ?? throw new CriException(GrpcCode.Internal, $"no status of sandbox {sandboxId}");
    }

    public async Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(IReadOnlyDictionary<string, string> labels, CancellationToken ct)
    {
        var request = new ListPodSandboxRequest();
        if (labels.Count > 0)
        {
            request.Filter = new PodSandboxFilter();
            Add(request.Filter.LabelSelector, labels);
        }
        return (await CallAsync(Runtime + "ListPodSandbox", request, ListPodSandboxResponse.Parser, CallTimeout, ct)).Items;
    }

    public async Task<string> CreateContainerAsync(
        string sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig, CancellationToken ct)
    {
        var request = new CreateContainerRequest { PodSandboxId = sandboxId, Config = config, SandboxConfig = sandboxConfig };
        var answer = await CallAsync(Runtime + "CreateContainer", request, CreateContainerResponse.Parser, CallTimeout, ct);
        return answer.ContainerId;
    }

    public Task StartContainerAsync(string containerId, CancellationToken ct) =>
        CallAsync(Runtime + "StartContainer", new StartContainerRequest { ContainerId = containerId }, StartContainerResponse.Parser, CallTimeout, ct);

    public Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken ct)
    {
        var request = new StopContainerRequest { ContainerId = containerId, Timeout = (long)Math.Ceiling(grace.TotalSeconds) };
        return IgnoreNotFoundAsync(CallAsync(
            Runtime + "StopContainer", request, StopContainerResponse.Parser, CallTimeout + grace, ct));
    }

    public Task RemoveContainerAsync(string containerId, CancellationToken ct) =>
        IgnoreNotFoundAsync(CallAsync(
            Runtime + "RemoveContainer", new RemoveContainerRequest { ContainerId = containerId }, RemoveContainerResponse.Parser, CallTimeout, ct));

    public async Task<ContainerStatus> ContainerStatusAsync(string containerId, CancellationToken ct)
    {
        var request = new ContainerStatusRequest { ContainerId = containerId };
        var answer = await CallAsync(Runtime + "ContainerStatus", request, ContainerStatusResponse.Parser, CallTimeout, ct);
        return answer.Status ?? throw new CriException(GrpcCode.Internal, $"no status of container {containerId}");
    }

    public async Task<IReadOnlyList<Container>> ListContainersAsync(IReadOnlyDictionary<string, string> labels, CancellationToken ct)
    {
        var request = new ListContainersRequest();
        if (labels.Count > 0)
        {
            request.Filter = new ContainerFilter();
            Add(request.Filter.LabelSelector, labels);
        }
        return (await CallAsync(Runtime + "ListContainers", request, ListContainersResponse.Parser, CallTimeout, ct)).Containers;
    }

    public Task ReopenContainerLogAsync(string containerId, CancellationToken ct) =>
        CallAsync(
            Runtime + "ReopenContainerLog", new ReopenContainerLogRequest { ContainerId = containerId }, ReopenContainerLogResponse.Parser, CallTimeout, ct);

    public async Task<ExecSyncResponse> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct)
    {
        var request = new ExecSyncRequest { ContainerId = containerId, Timeout = (long)Math.Ceiling(timeout.TotalSeconds) };
        request.Cmd.AddRange(command);
        // The runtime's own timeout is the one that ends the process; ours only guards against a hung runtime.
        var began = time.GetTimestamp();
        var answer = await CallAsync(Runtime + "ExecSync", request, ExecSyncResponse.Parser, timeout + CallTimeout, ct);

        // Under load containerd can see the end of the process it has just killed before it sees its own timeout.
        return answer.ExitCode == KilledExitCode && time.GetElapsedTime(began).TotalSeconds >= request.Timeout
            ? throw new CriException(GrpcCode.DeadlineExceeded, $"command timed out: the process was killed after {request.Timeout}s")
            : answer;
    }

    public async Task<Uri> ExecAsync(ExecRequest request, CancellationToken ct) =>
        new((await CallAsync(Runtime + "Exec", request, ExecResponse.Parser, CallTimeout, ct)).Url);

    public async Task<Uri> AttachAsync(AttachRequest request, CancellationToken ct) =>
        new((await CallAsync(Runtime + "Attach", request, AttachResponse.Parser, CallTimeout, ct)).Url);

    public async Task<Uri> PortForwardAsync(PortForwardRequest request, CancellationToken ct) =>
        new((await CallAsync(Runtime + "PortForward", request, PortForwardResponse.Parser, CallTimeout, ct)).Url);

    public async Task<Image?> FindImageAsync(string image, CancellationToken ct)
    {
        var request = new ImageStatusRequest { Image = new ImageSpec { Image = image } };
        return (await CallAsync(Images + "ImageStatus", request, ImageStatusResponse.Parser, CallTimeout, ct)).Image;
    }

    public async Task<string> PullImageAsync(string image, AuthConfig? auth, PodSandboxConfig sandboxConfig, CancellationToken ct)
    {
        var request = new PullImageRequest { Image = new ImageSpec { Image = image }, Auth = auth, SandboxConfig = sandboxConfig };
        return (await connection.UnaryAsync(Images + "PullImage", request, PullImageResponse.Parser, ct)).ImageRef;
    }

    public async Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken ct) =>
        (await CallAsync(Images + "ListImages", new ListImagesRequest(), ListImagesResponse.Parser, CallTimeout, ct)).Images;

    public async Task<IReadOnlyList<FilesystemUsage>> ImageFilesystemsAsync(CancellationToken ct) =>
        (await CallAsync(Images + "ImageFsInfo", new ImageFsInfoRequest(), ImageFsInfoResponse.Parser, CallTimeout, ct)).ImageFilesystems;

    public async Task<IReadOnlyList<ContainerStats>> ListContainerStatsAsync(CancellationToken ct) =>
        (await CallAsync(Runtime + "ListContainerStats", new ListContainerStatsRequest(), ListContainerStatsResponse.Parser, CallTimeout, ct)).Stats;

    public async IAsyncEnumerable<RuntimeEvent> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var hasEvents = true;
        await using (var events = connection
            .StreamAsync(Runtime + "GetContainerEvents", new GetEventsRequest(), ContainerEventResponse.Parser, ct).GetAsyncEnumerator(ct))
        {
            while (true)
            {
                try
                {
                    if (!await events.MoveNextAsync())
                    {
                        break;
                    }
                }
                catch (CriException e) when (e.Code == GrpcCode.Unimplemented)
                {
                    hasEvents = false;
                    break;
                }
                yield return new RuntimeEvent(
                    events.Current.ContainerId,
                    Ended: events.Current.ContainerEventType is ContainerEventType.ContainerStoppedEvent or ContainerEventType.ContainerDeletedEvent);
            }
        }
        if (hasEvents)
        {
            yield break;
        }

        // Before 1.7 containerd's CRI had no events. Its own stream, on the same socket, has the same news.
        await foreach (var e in ContainerdEvents.WatchAsync(connection, ct))
        {
            yield return e;
        }
    }

    public void Dispose() => connection.Dispose();

    private async Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser, TimeSpan timeout, CancellationToken ct)
        where T : class, IMessage<T>
    {
        using var limit = new CancellationTokenSource(Waits.Timer(timeout), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await connection.UnaryAsync(method, request, parser, both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new CriException(GrpcCode.DeadlineExceeded, $"{method} took longer than {timeout.TotalSeconds:0} s");
        }
    }

    private static async Task IgnoreNotFoundAsync(Task call)
    {
        try
        {
            await call;
        }
        catch (CriException e) when (e.IsNotFound)
        {
            // What is gone is stopped and removed.
        }
    }

    private static void Add(IDictionary<string, string> to, IReadOnlyDictionary<string, string> from)
    {
        foreach (var (key, value) in from)
        {
            to.Add(key, value);
        }
    }
}
