using System.Net;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Network.Netlink;
using Navarch.Network.Services;
using Navarch.Network.Services.Kernel;

namespace Navarch.Network.Pods;

/// <summary>The pod network as a part of a process: made when the node's addresses are known, then kept, with its host ports.</summary>
public static partial class PodNetworkProcess
{
    /// <summary>Runs until cancelled. The network stays; <see cref="PodNetwork.RemoveAsync"/> takes it away.</summary>
    /// <exception cref="PodNetworkException">The network cannot be made here; the message says why.</exception>
    public static async Task RunAsync(PodNetworkConfig config, IClient client, ILoggerFactory logs, TimeProvider time, CancellationToken ct)
    {
        var log = logs.CreateLogger(typeof(PodNetworkProcess));
        var pods = new Informer<Pod>(
            client, ListQuery.All with { FieldSelector = $"spec.nodeName={config.NodeName}" }, time, logs.CreateLogger<Informer<Pod>>());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        List<Task> parts = [KeepAsync(config, client, pods, logs, time, log, stop.Token), pods.RunAsync(stop.Token)];
        await Task.WhenAny(parts); // None ends before the others, but by a bug or a failure, which is then thrown.
        await stop.CancelAsync();
        await Task.WhenAll(parts);
    }

    private static async Task KeepAsync(
        PodNetworkConfig config, IClient client, Informer<Pod> pods, ILoggerFactory logs, TimeProvider time, ILogger log, CancellationToken ct)
    {
        var nodePods = config.NodePods ?? await NodePodsAsync(config, client, logs, time, ct);
        PodNetwork.Apply(config, nodePods);
        LogMade(log, config.Name, nodePods, config.BridgeName);

        using var socket = NetlinkSocket.Open(NetlinkSocket.Netfilter, config.NetworkNamespacePath);
        var table = new ProxyTableConfig(config.HostPortsTable) { NodePods = nodePods, NodePortsOnLoopback = true };
        var loop = new RuleLoop(table, ClaimOf, socket, time, log);
        pods.Subscribe((before, after) => loop.Touch(NamespacedName.Of((after ?? before)!)));
        await pods.WaitForSyncAsync(ct);
        await loop.RunAsync(ct);

        Claim? ClaimOf(NamespacedName key) =>
            pods.TryGet(key, out var pod)
                ? new Claim(new Claimant(pod.Metadata.CreationTimestamp ?? default, key.ToString()), HostPorts.For(pod))
                : null;
    }

    private static async Task<IPNetwork> NodePodsAsync(
        PodNetworkConfig config, IClient client, ILoggerFactory logs, TimeProvider time, CancellationToken ct)
    {
        var found = new TaskCompletionSource<IPNetwork>(TaskCreationOptions.RunContinuationsAsynchronously);
        var nodes = new Informer<Node>(
            client, ListQuery.All with { FieldSelector = $"metadata.name={config.NodeName}" }, time, logs.CreateLogger<Informer<Node>>());
        nodes.Subscribe((_, node) =>
        {
            if (node is not null && IPNetwork.TryParse(node.Spec.PodCIDR, out var range))
            {
                found.TrySetResult(range);
            }
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = nodes.RunAsync(stop.Token);
        await Task.WhenAny(found.Task, running);
        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Stopped here.
        }
        return await found.Task;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Pod network {Name}: {Pods} on bridge {Bridge}")]
    private static partial void LogMade(ILogger log, string name, IPNetwork pods, string bridge);
}
