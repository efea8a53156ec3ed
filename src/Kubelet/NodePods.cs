using Navarch.Kubelet.Cri;

namespace Navarch.Kubelet;

/// <summary>
/// Ends or removes all pods of a runtime at once, for a node that is stopped or taken away. The node's kubelet must not be
/// running: it would start them again.
/// </summary>
public static class NodePods
{
    /// <summary>Stops every container, then every sandbox and with it its network. What they were stays known to the runtime.</summary>
    /// <param name="runtimeEndpoint">Path of the runtime's socket.</param>
    /// <param name="grace">How long a container has between being asked and being killed.</param>
    /// <returns>How many containers were running.</returns>
    public static async Task<int> StopAllAsync(string runtimeEndpoint, TimeSpan grace, TimeProvider time, CancellationToken ct)
    {
        using var runtime = new CriRuntime(runtimeEndpoint, time);
        var running = (await runtime.ListContainersAsync(new Dictionary<string, string>(), ct))
            .Where(container => container.State == Cri.V1.ContainerState.ContainerRunning)
            .ToList();
        await Task.WhenAll(running.Select(container => runtime.StopContainerAsync(container.Id, grace, ct)));
        var sandboxes = await runtime.ListPodSandboxesAsync(new Dictionary<string, string>(), ct);
        await Task.WhenAll(sandboxes.Select(sandbox => runtime.StopPodSandboxAsync(sandbox.Id, ct)));
        return running.Count;
    }

    /// <summary>Removes every sandbox with its containers. They are killed where they still run.</summary>
    public static async Task RemoveAllAsync(string runtimeEndpoint, TimeProvider time, CancellationToken ct)
    {
        await StopAllAsync(runtimeEndpoint, TimeSpan.Zero, time, ct);
        using var runtime = new CriRuntime(runtimeEndpoint, time);
        var sandboxes = await runtime.ListPodSandboxesAsync(new Dictionary<string, string>(), ct);
        await Task.WhenAll(sandboxes.Select(sandbox => runtime.RemovePodSandboxAsync(sandbox.Id, ct)));
    }
}
