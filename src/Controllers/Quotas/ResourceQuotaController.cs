using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Machinery.Pods;
using Navarch.Machinery.Quotas;
using ResourceClaim = Navarch.Api.DynamicResources.V1.ResourceClaim;

namespace Navarch.Controllers;

/// <summary>
/// Counts what namespaces use. The API server keeps the books: it charges a quota before an object is stored and gives back when
/// the object is gone. This counts anew when a quota is new or changed, and now and then, for what was lost in between.
/// </summary>
public sealed class ResourceQuotaController(
    Informer<ResourceQuota> quotas, Informer<Pod> pods, Informer<Service> services, Informer<PersistentVolumeClaim> claims, IClient client, TimeProvider time) : IReconciler
{
    /// <summary>
    /// A request that was just charged may not have stored its object yet: what is not there is not taken off the books
    /// before they have been still for so long.
    /// </summary>
    private static readonly TimeSpan Stillness = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    private readonly ObjectCounts counts = new();

    // Since when each quota is as it is.
    private readonly Dictionary<NamespacedName, (string Version, DateTimeOffset At)> still = [];
    private readonly Lock gate = new();

    public string Name => "resourcequota";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(quotas),
        Trigger.On(pods, pod => OfNamespace(pod)),
        Trigger.On(services, service => OfNamespace(service)),
        Trigger.On(claims, claim => OfNamespace(claim)),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!quotas.TryGet(key, out var quota))
        {
            lock (gate)
            {
                still.Remove(key);
            }

            return ReconcileResult.Done;
        }

        var left = Stillness - StillFor(key, quota);
        var isKnown = quota.Status.Hard.Equals(quota.Spec.Hard) && quota.Spec.Hard.Keys.All(quota.Status.Used.ContainsKey);
        if (isKnown && left > TimeSpan.Zero)
        {
            return ReconcileResult.After(left);
        }

        var counted = await CountAsync(quota, ct);
        var used = Plan(quota, counted, mayLower: left <= TimeSpan.Zero);
        if (!isKnown || !used.Equals(quota.Status.Used))
        {
            await client.UpdateStatusAsync(quota with { Status = new ResourceQuotaStatus { Hard = quota.Spec.Hard, Used = used } }, ct);
            return ReconcileResult.After(Stillness);
        }

        return ReconcileResult.After(Period);
    }

    /// <summary>What the books are to say. More than they say is written down at once, less only when they have been still.</summary>
    internal static Map<Quantity> Plan(ResourceQuota quota, Map<Quantity> counted, bool mayLower)
    {
        Map<Quantity> used = [];
        foreach (var name in quota.Spec.Hard.Keys)
        {
            var now = counted.Find(name);
            var known = quota.Status.Hard.ContainsKey(name) && quota.Status.Used.TryGetValue(name, out var before) ? before : now;
            used = used.With(name, now < known && !mayLower ? known : now);
        }

        return used;
    }

    private async Task<Map<Quantity>> CountAsync(ResourceQuota quota, CancellationToken ct)
    {
        var space = quota.Metadata.Namespace;
        // As it is to be: what it counts follows from what it allows.
        quota = quota with { Status = quota.Status with { Hard = quota.Spec.Hard } };
        var used = Sum(quota, pods.List(space));
        used = PodAmounts.Add(used, Sum(quota, services.List(space)));
        used = PodAmounts.Add(used, Sum(quota, claims.List(space)));
        used = PodAmounts.Add(used, await DevicesAsync(quota, ct));
        foreach (var type in counts.Types)
        {
            // A quota with scopes counts nothing that has none.
            if (QuotaRule.Of(type) is { IsCountAlone: true } rule && quota.Spec is { Scopes.Count: 0, ScopeSelector: null }
                && quota.Spec.Hard.Keys.Where(rule.Tracks).ToList() is { Count: > 0 } names
                && await counts.CountAsync(client, type, space, ct) is { } count)
            {
                foreach (var name in names)
                {
                    used = used.With(name, new Quantity(count));
                }
            }
        }

        return used;
    }

    // Few quotas speak of devices: nobody keeps their claims in memory for them.
    private async Task<Map<Quantity>> DevicesAsync(ResourceQuota quota, CancellationToken ct)
    {
        if (!quota.Spec.Hard.Keys.Any(QuotaRule.Of(ResourceClaim.ResourceType)!.Tracks))
        {
            return [];
        }

        try
        {
            return Sum(quota, (await client.ListAsync<ResourceClaim>(ListQuery.In(quota.Metadata.Namespace), ct)).Items);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return []; // The server has no such kind.
        }
    }

    private Map<Quantity> Sum<T>(ResourceQuota quota, IReadOnlyList<T> all) where T : class, IResource<T>
    {
        var rule = QuotaRule.Of(T.ResourceType)!;
        Map<Quantity> sum = [];
        if (!quota.Spec.Hard.Keys.Any(rule.Tracks))
        {
            return sum;
        }

        var now = time.GetUtcNow();
        foreach (var item in all.Where(item => rule.Matches(quota, item)))
        {
            sum = PodAmounts.Add(sum, rule.Usage(item, now));
        }

        return sum;
    }

    private TimeSpan StillFor(NamespacedName key, ResourceQuota quota)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            if (!still.TryGetValue(key, out var known) || known.Version != quota.Metadata.ResourceVersion)
            {
                still[key] = known = (quota.Metadata.ResourceVersion, now);
            }

            return now - known.At;
        }
    }

    private IEnumerable<NamespacedName> OfNamespace(IResource item) => quotas.List(item.Metadata.Namespace).Select(NamespacedName.Of);
}
