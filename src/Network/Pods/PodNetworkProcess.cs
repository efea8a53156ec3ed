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
        var informers = new InformerFactory(client, time, logs, new Random());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] parts = [informers.RunAsync(stop.Token), RunAsync(config, informers, logs, time, stop.Token)];
        await Task.WhenAny(parts); // None ends before the other, but by a bug or a failure, which is then thrown.
        await stop.CancelAsync();
        await Task.WhenAll(parts);
    }

    /// <inheritdoc cref="RunAsync(PodNetworkConfig, IClient, ILoggerFactory, TimeProvider, CancellationToken)"/>
    /// <param name="informers">Run by the caller; those of the node's pods are the same that its kubelet asks for.</param>
    public static async Task RunAsync(
        PodNetworkConfig config, InformerFactory informers, ILoggerFactory logs, TimeProvider time, CancellationToken ct)
    {
        var log = logs.CreateLogger(typeof(PodNetworkProcess));
        var nodePods = config.NodePods ?? await NodePodsAsync(config, informers, ct);
        PodNetwork.Apply(config, nodePods);
        LogMade(log, config.Name, nodePods, config.BridgeName);

        using var socket = NetlinkSocket.Open(NetlinkSocket.Netfilter, config.NetworkNamespacePath);
        var pods = informers.Get<Pod>(new ListQuery { FieldSelector = $"spec.nodeName={config.NodeName}" });
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

    private static async Task<IPNetwork> NodePodsAsync(PodNetworkConfig config, InformerFactory informers, CancellationToken ct)
    {
        var found = new TaskCompletionSource<IPNetwork>(TaskCreationOptions.RunContinuationsAsynchronously);
        var nodes = informers.Get<Node>(new ListQuery { FieldSelector = $"metadata.name={config.NodeName}" });
        nodes.Subscribe((_, node) =>
        {
            if (node is not null && IPNetwork.TryParse(node.Spec.PodCIDR, out var range))
            {
                found.TrySetResult(range);
            }
        });
        return await found.Task.WaitAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Pod network {Name}: {Pods} on bridge {Bridge}")]
    private static partial void LogMade(ILogger log, string name, IPNetwork pods, string bridge);
}
