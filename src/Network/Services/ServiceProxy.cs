using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Client;
using Navarch.Network.Netlink;
using Navarch.Network.Services.Kernel;

namespace Navarch.Network.Services;

/// <summary>Keeps the node's service rules equal to what Services and EndpointSlices ask for.</summary>
/// <remarks>
/// On start the whole table is written in one transaction, in place of what a former run left: packets find the old rules
/// until then and the new ones after. From then on each round takes all Services that changed meanwhile and carries out the
/// difference. There is no delay to gather changes: while one round is in the kernel, the next gathers by itself.
/// </remarks>
internal sealed partial class ServiceProxy(
    ProxyConfig config, Informer<Service> services, Informer<EndpointSlice> slices, NetlinkSocket socket, TimeProvider time, ILogger log)
{
    private const string ServiceIndex = "service";

    // How long a table that somebody deleted (`nft flush ruleset`, a firewall's restart) stays away at most. One small
    // question to the kernel each time.
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(30);

    private readonly DirtyKeys dirty = new();
    private readonly RuleTable rules = new();
    private readonly UdpFlows udpFlows = new(socket, System.Net.Sockets.AddressFamily.InterNetwork);
    private readonly NodeView node = new(config.NodeName);
    private volatile ProxyTable table = new(TableConfig(config, config.NodePods), socket);
    private volatile bool isStale = true; // The kernel's table is not known to be equal to the model.

    /// <summary>The rules know another range of addresses as this node's pods.</summary>
    public void SetNodePods(System.Net.IPNetwork? pods)
    {
        table = new ProxyTable(TableConfig(config, pods), socket);
        isStale = true;
        dirty.Wake();
    }

    /// <summary>Ends by cancellation, and leaves the rules in place then: connections go on while the proxy restarts.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        slices.AddIndex(ServiceIndex, slice => ServiceOf(slice) is { } service ? [service.ToString()] : []);
        services.Subscribe((before, after) => dirty.Add(NamespacedName.Of((after ?? before)!)));
        slices.Subscribe((before, after) =>
        {
            AddServiceOf(before);
            AddServiceOf(after);
        });
        await services.WaitForSyncAsync(ct);
        await slices.WaitForSyncAsync(ct);
        dirty.Wake();

        await using var check = time.CreateTimer(_ => dirty.Wake(), null, CheckInterval, CheckInterval);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), new Random());
        while (true)
        {
            var change = rules.Update((await dirty.TakeAsync(ct)).Select(ClaimOf));
            try
            {
                Carry(change);
                backoff.Reset();
            }
            catch (NetlinkException e)
            {
                // The model is ahead of the kernel now: only writing all of it makes them equal again.
                isStale = true;
                LogRefused(log, config.TableName, e.Message);
                await Task.Delay(backoff.Next(), time, ct);
                dirty.Wake();
            }
        }
    }

    private void Carry(TableChange change)
    {
        if (!isStale && change.IsEmpty && !table.Exists())
        {
            LogGone(log, config.TableName);
            isStale = true;
        }
        if (isStale)
        {
            isStale = false; // First: a request to write it again may come meanwhile.
            var start = time.GetTimestamp();
            table.Replace(rules);
            udpFlows.ForgetWrong([.. rules.UdpFrontends()]);
            LogWritten(log, config.TableName, rules.FrontendCount, time.GetElapsedTime(start).TotalMilliseconds);
            return;
        }
        if (!change.IsEmpty)
        {
            table.Apply(change);
            LogChanged(log, config.TableName, change.Added.Count, change.Removed.Count);
        }
        udpFlows.ForgetWrong(change.Udp);
    }

    private (string Name, Claim? Claim) ClaimOf(NamespacedName key)
    {
        var name = key.ToString();
        if (!services.TryGet(key, out var service))
        {
            return (name, null);
        }
        var wanted = ServiceRules.For(service, slices.By(ServiceIndex, name), node);
        return (name, new Claim(new Claimant(service.Metadata.CreationTimestamp ?? default, name), wanted));
    }

    private void AddServiceOf(EndpointSlice? slice)
    {
        if (slice is not null && ServiceOf(slice) is { } service)
        {
            dirty.Add(service);
        }
    }

    private static NamespacedName? ServiceOf(EndpointSlice slice) =>
        slice.Metadata.Labels.TryGetValue("kubernetes.io/service-name", out var name)
            ? new NamespacedName(slice.Metadata.Namespace, name)
            : null;

    private static ProxyTableConfig TableConfig(ProxyConfig config, System.Net.IPNetwork? pods) => new(config.TableName)
    {
        NodePods = pods,
        NodePortAddresses = config.NodePortAddresses,
        NodePortsOnLoopback = config.NodePortsOnLoopback,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Table {Table} written with {Frontends} frontends in {Milliseconds:F1} ms")]
    private static partial void LogWritten(ILogger log, string table, int frontends, double milliseconds);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Table {Table} changed: {Added} elements added, {Removed} removed")]
    private static partial void LogChanged(ILogger log, string table, int added, int removed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Table {Table} was deleted by somebody else; it is written again")]
    private static partial void LogGone(ILogger log, string table);

    [LoggerMessage(Level = LogLevel.Error, Message = "The kernel refused a change of table {Table}, which will be written anew: {Cause}")]
    private static partial void LogRefused(ILogger log, string table, string cause);
}
