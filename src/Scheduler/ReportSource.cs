using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Policy.V1;
using Navarch.Client;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler;

/// <summary>
/// Turns what informers see into reports. Pods and nodes are needed; the other kinds only make better choices, so a server that
/// does not serve one of them gets a scheduler that does without.
/// </summary>
internal sealed partial class ReportSource(
    IClient client, InformerFactory informers, ChannelWriter<Report> reports, TimeProvider time, Random random, ILogger log)
{
    /// <summary>Returns when everything that exists has been reported. Placing on half a picture would overfill nodes.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        // Pods that have ended take nothing of their node.
        informers.Get<Pod>(ListQuery.All with { FieldSelector = "status.phase!=Succeeded,status.phase!=Failed" })
            .Subscribe((before, after) => reports.TryWrite(new Report.OfPod(before, after)));
        informers.Get<Node>().Subscribe((before, after) => reports.TryWrite(new Report.OfNode(before, after)));

        await SubscribeAsync<Namespace>(
            (before, after) => reports.TryWrite(new Report.OfNamespace((after ?? before)!.Metadata.Name, after?.Metadata.Labels)), ct);
        await SubscribeAsync<PodDisruptionBudget>((before, after) => reports.TryWrite(new Report.OfBudget(before, after)), ct);
        await SubscribeAsync<Service>(OfService, ct);
        await SubscribeAsync<ReplicaSet>((before, after) => OfController(before, after, set => set.Spec.Selector), ct);
        await SubscribeAsync<StatefulSet>((before, after) => OfController(before, after, set => set.Spec.Selector), ct);
        await SubscribeAsync<ReplicationController>(
            (before, after) => OfController(before, after, controller => new LabelSelector { MatchLabels = controller.Spec.Selector }), ct);

        await informers.WaitForSyncAsync(ct);
    }

    private async Task SubscribeAsync<T>(Action<T?, T?> handler, CancellationToken ct) where T : class, IResource<T>
    {
        if (await IsServedAsync<T>(ct))
        {
            informers.Get<T>().Subscribe(handler);
        }
        else
        {
            LogDoingWithout(log, T.ResourceType.GroupResource);
        }
    }

    /// <summary>Asks until there is an answer: a server that starts says nothing about what it will serve.</summary>
    private async Task<bool> IsServedAsync<T>(CancellationToken ct) where T : class, IResource<T>
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), random);
        while (true)
        {
            try
            {
                await client.ListAsync<T>(ListQuery.All with { Limit = 1, ResourceVersion = "0" }, ct);
                return true;
            }
            catch (ApiException e) when (e.IsNotFound || e.IsForbidden)
            {
                return false;
            }
            catch (Exception e) when (e.IsTransient && !ct.IsCancellationRequested)
            {
                await Task.Delay(backoff.Next(), time, ct);
            }
        }
    }

    private void OfService(Service? before, Service? after)
    {
        var metadata = (after ?? before)!.Metadata;
        var (had, has) = (before?.Spec.Selector ?? [], after?.Spec.Selector ?? []);
        if (!had.Equals(has))
        {
            reports.TryWrite(new Report.OfService(metadata.Namespace, metadata.Name, had, has));
        }
    }

    private void OfController<T>(T? before, T? after, Func<T, LabelSelector?> selector) where T : class, IResource<T>
    {
        // Status changes with every pod; the selector never does.
        if (before is null || after is null)
        {
            var metadata = (after ?? before)!.Metadata;
            var key = new WorkloadKey(T.ResourceType.Kind, metadata.Namespace, metadata.Name);
            reports.TryWrite(new Report.OfController(key, after is null ? null : LabelPredicate.Of(selector(after))));
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The server does not serve {Resource}: pods are placed without regard to them")]
    private static partial void LogDoingWithout(ILogger log, string resource);
}
