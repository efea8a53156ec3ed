using Microsoft.Extensions.Logging;
using Navarch.Api;
using Navarch.Api.Coordination.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Kubelet.Nodes;

/// <summary>Renews the node's lease: the sign of life from which the cluster concludes that the node is there.</summary>
internal sealed partial class NodeLease(string nodeName, Task<Node> node, IClient client, TimeProvider time, ILogger log)
{
    private const string Namespace = "kube-node-lease";
    private const int LeaseSeconds = 40;

    private static readonly TimeSpan RenewPeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private Lease? _held;

    public async Task RunAsync(CancellationToken ct)
    {
        var owner = await node.WaitAsync(ct);
        while (true)
        {
            var delay = RenewPeriod;
            try
            {
                _held = await RenewAsync(owner, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested && (e is ApiException || e.IsTransient))
            {
                LogFailed(log, e.Message);
                _held = null;
                delay = RetryDelay;
            }
            await Task.Delay(delay, time, ct);
        }
    }

    private async Task<Lease> RenewAsync(Node owner, CancellationToken ct)
    {
        var name = new NamespacedName(Namespace, nodeName);
        var now = new MicroTime(time.GetUtcNow());
        var held = _held ?? await client.FindAsync<Lease>(name, ct);
        if (held is not null)
        {
            return await client.UpdateAsync(
                held with { Spec = held.Spec with { HolderIdentity = nodeName, LeaseDurationSeconds = LeaseSeconds, RenewTime = now } }, ct);
        }
        return await client.CreateAsync(
            new Lease
            {
                Metadata = new ObjectMeta
                {
                    Name = nodeName,
                    Namespace = Namespace,
                    OwnerReferences = [new OwnerReference { APIVersion = "v1", Kind = "Node", Name = nodeName, UID = owner.Metadata.UID }],
                },
                Spec = new LeaseSpec { HolderIdentity = nodeName, LeaseDurationSeconds = LeaseSeconds, RenewTime = now },
            },
            ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node's lease was not renewed: {Cause}")]
    private static partial void LogFailed(ILogger log, string cause);
}
