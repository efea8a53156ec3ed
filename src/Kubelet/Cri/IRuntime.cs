using Navarch.Kubelet.Cri.V1;

namespace Navarch.Kubelet.Cri;

/// <summary>
/// A container runtime, as CRI describes it. Every call throws <see cref="CriException"/>; stop and remove calls
/// succeed when there is nothing left to stop or remove.
/// </summary>
internal interface IRuntime
{
    Task<VersionResponse> VersionAsync(CancellationToken ct);

    Task<RuntimeStatus> StatusAsync(CancellationToken ct);

    Task<string> RunPodSandboxAsync(PodSandboxConfig config, string handler, CancellationToken ct);

    Task StopPodSandboxAsync(string sandboxId, CancellationToken ct);

    Task RemovePodSandboxAsync(string sandboxId, CancellationToken ct);

    Task<PodSandboxStatus> PodSandboxStatusAsync(string sandboxId, CancellationToken ct);

    /// <summary>Sandboxes whose labels include <paramref name="labels"/>; all of them when it is empty.</summary>
    Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(IReadOnlyDictionary<string, string> labels, CancellationToken ct);

    Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig, CancellationToken ct);

    Task StartContainerAsync(string containerId, CancellationToken ct);

    /// <summary>Asks the container to end and kills it after <paramref name="grace"/>. Returns when it has ended.</summary>
    Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken ct);

    Task RemoveContainerAsync(string containerId, CancellationToken ct);

    Task<ContainerStatus> ContainerStatusAsync(string containerId, CancellationToken ct);

    /// <summary>Containers whose labels include <paramref name="labels"/>; all of them when it is empty.</summary>
    Task<IReadOnlyList<Container>> ListContainersAsync(IReadOnlyDictionary<string, string> labels, CancellationToken ct);

    Task ReopenContainerLogAsync(string containerId, CancellationToken ct);

    /// <summary>Runs a command in a container. A command that outlives <paramref name="timeout"/> is DeadlineExceeded.</summary>
    Task<ExecSyncResponse> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct);

    /// <summary>The URL of the runtime's streaming server at which the session can be opened, once.</summary>
    Task<Uri> ExecAsync(ExecRequest request, CancellationToken ct);

    Task<Uri> AttachAsync(AttachRequest request, CancellationToken ct);

    Task<Uri> PortForwardAsync(PortForwardRequest request, CancellationToken ct);

    /// <summary>The image of that name or ID, or null when the node does not have it.</summary>
    Task<Image?> FindImageAsync(string image, CancellationToken ct);

    /// <summary>Pulls an image and returns its ID. Takes as long as it takes.</summary>
    Task<string> PullImageAsync(string image, AuthConfig? auth, PodSandboxConfig sandboxConfig, CancellationToken ct);

    Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken ct);

    Task<IReadOnlyList<FilesystemUsage>> ImageFilesystemsAsync(CancellationToken ct);

    Task<IReadOnlyList<ContainerStats>> ListContainerStatsAsync(CancellationToken ct);

    /// <summary>
    /// Says when containers started, ended or vanished, until <paramref name="ct"/> ends it or the stream breaks. An
    /// event says where to look, not what is there: events may be lost, doubled or early.
    /// </summary>
    /// <exception cref="CriException">Unimplemented when the runtime has no events at all.</exception>
    IAsyncEnumerable<RuntimeEvent> WatchAsync(CancellationToken ct);
}

/// <summary>Something happened to a container, or to a sandbox's own process, of this ID.</summary>
internal readonly record struct RuntimeEvent(string ContainerId, bool Ended);
