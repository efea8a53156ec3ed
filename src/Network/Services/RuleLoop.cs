using Microsoft.Extensions.Logging;
using Navarch.Client;
using Navarch.Network.Netlink;
using Navarch.Network.Services.Kernel;

namespace Navarch.Network.Services;

/// <summary>Keeps one table in the kernel equal to what owners of rules (Services, pods) claim.</summary>
/// <remarks>
/// On start the whole table is written in one transaction, in place of what a former run left: packets find the old rules
/// until then and the new ones after. From then on each round takes all owners that changed meanwhile and carries out the
/// difference. There is no delay to gather changes: while one round is in the kernel, the next gathers by itself.
/// </remarks>
/// <param name="claimOf">What an owner claims now; null if it is gone. Called by the loop alone.</param>
internal sealed partial class RuleLoop(
    ProxyTableConfig config, Func<NamespacedName, Claim?> claimOf, NetlinkSocket socket, TimeProvider time, ILogger log)
{
    // How long a table that somebody deleted (`nft flush ruleset`, a firewall's restart) stays away at most. One small
    // question to the kernel each time.
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(30);

    private readonly DirtyKeys dirty = new();
    private readonly RuleTable rules = new();
    private readonly UdpFlows udpFlows = new(socket, System.Net.Sockets.AddressFamily.InterNetwork);
    private volatile ProxyTable table = new(config, socket);
    private volatile bool isStale = true; // The kernel's table is not known to be equal to the model.

    /// <summary>Something happened to an owner. Any thread.</summary>
    public void Touch(NamespacedName owner) => dirty.Add(owner);

    /// <summary>The table is to be laid out otherwise; it keeps its name. Any thread.</summary>
    public void Reconfigure(ProxyTableConfig changed)
    {
        table = new ProxyTable(changed, socket);
        isStale = true;
        dirty.Wake();
    }

    /// <summary>
    /// To be called when every owner that exists has been touched. Ends by cancellation, and leaves the rules in place then:
    /// connections go on while the process restarts.
    /// </summary>
    public async Task RunAsync(CancellationToken ct)
    {
        dirty.Wake();
        await using var check = time.CreateTimer(_ => dirty.Wake(), null, CheckInterval, CheckInterval);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), new Random());
        while (true)
        {
            var owners = await dirty.TakeAsync(ct);
            var change = rules.Update(owners.Select(owner => (owner.ToString(), claimOf(owner))));
            try
            {
                Carry(change);
                backoff.Reset();
            }
            catch (NetlinkException e)
            {
                // The model is ahead of the kernel now: only writing all of it makes them equal again.
                isStale = true;
                LogRefused(log, config.Name, e.Message);
                await Task.Delay(backoff.Next(), time, ct);
                dirty.Wake();
            }
        }
    }

    private void Carry(TableChange change)
    {
        if (!isStale && change.IsEmpty && !table.Exists())
        {
            LogGone(log, config.Name);
            isStale = true;
        }
        if (isStale)
        {
            isStale = false; // First: a request to write it again may come meanwhile.
            var start = time.GetTimestamp();
            table.Replace(rules);
            udpFlows.ForgetWrong([.. rules.UdpFrontends()]);
            LogWritten(log, config.Name, rules.FrontendCount, time.GetElapsedTime(start).TotalMilliseconds);
            return;
        }
        if (!change.IsEmpty)
        {
            table.Apply(change);
            LogChanged(log, config.Name, change.Added.Count, change.Removed.Count);
        }
        udpFlows.ForgetWrong(change.Udp);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Table {Table} written with {Frontends} frontends in {Milliseconds:F1} ms")]
    private static partial void LogWritten(ILogger log, string table, int frontends, double milliseconds);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Table {Table} changed: {Added} elements added, {Removed} removed")]
    private static partial void LogChanged(ILogger log, string table, int added, int removed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Table {Table} was deleted by somebody else; it is written again")]
    private static partial void LogGone(ILogger log, string table);

    [LoggerMessage(Level = LogLevel.Error, Message = "The kernel refused a change of table {Table}, which will be written anew: {Cause}")]
    private static partial void LogRefused(ILogger log, string table, string cause);
}
