using System.Collections.Frozen;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Pods;

namespace Navarch.Machinery.Quotas;

/// <summary>Pods count one by one, and use what their containers ask for until they have ended.</summary>
internal sealed class PodQuotaRule : QuotaRule
{
    public static readonly PodQuotaRule Instance = new();

    private static readonly Quantity One = new(1);

    // A pod that should be gone is counted no more: its node may never say that it is. Not at once, so that who takes it
    // away in time, and gives back what it used, does not do so after it was taken off already.
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(10);

    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "pods", "count/pods", "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage",
        "limits.cpu", "limits.memory", "limits.ephemeral-storage",
    ]);

    // Whoever counts these makes containers say them.
    private static readonly FrozenSet<string> ToBeSaid = FrozenSet.ToFrozenSet(["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"]);

    private PodQuotaRule()
    {
    }

    public override bool ChangesByUpdate => true;

    public override bool Tracks(string name) =>
        Names.Contains(name) || name.StartsWith("hugepages-", StringComparison.Ordinal) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal)
        || (name.StartsWith("requests.", StringComparison.Ordinal) && name.Contains('/'));

    public override bool IsCharged(string operation, string subresource) =>
        (operation == "CREATE" && subresource.Length == 0) || (operation == "UPDATE" && subresource == "resize");

    public override Map<Quantity> Usage(IResource value, DateTimeOffset now)
    {
        var pod = (Pod)value;
        Map<Quantity> usage = [new("count/pods", One)];
        return HasEnded(pod, now)
            ? usage
            : PodAmounts.Add(usage, Usage(PodAmounts.Requests(pod.Spec, withOverhead: true), PodAmounts.Limits(pod.Spec, withOverhead: true)));
    }

    public override string? FindMissing(IEnumerable<string> names, IResource value)
    {
        var wanted = names.Where(ToBeSaid.Contains).ToList();
        if (wanted.Count == 0)
        {
            return null;
        }

        var spec = ((Pod)value).Spec;
        var ofPod = spec.Resources is { } whole ? Usage(whole.Requests, whole.Limits) : [];
        var missing = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var container in spec.Containers.Concat(spec.InitContainers))
        {
            var said = Usage(container.Resources.Requests, container.Resources.Limits);
            foreach (var name in wanted.Where(name => !said.ContainsKey(name) && !ofPod.ContainsKey(name)))
            {
                if (!missing.TryGetValue(name, out var containers))
                {
                    missing[name] = containers = new SortedSet<string>(StringComparer.Ordinal);
                }

                containers.Add(container.Name);
            }
        }

        return missing.Count == 0 ? null : "must specify " + string.Join("; ", missing.Select(static one => $"{one.Key} for: {string.Join(',', one.Value)}"));
    }

    public override bool IsInScope(IResource value, ScopedResourceSelectorRequirement scope)
    {
        var pod = (Pod)value;
        return scope.ScopeName switch
        {
            ResourceQuotaScope.Terminating => pod.Spec.ActiveDeadlineSeconds >= 0,
            ResourceQuotaScope.NotTerminating => pod.Spec.ActiveDeadlineSeconds is null or < 0,
            ResourceQuotaScope.BestEffort => PodQuality.Of(pod.Spec) == PodQOSClass.PodQOSBestEffort,
            ResourceQuotaScope.NotBestEffort => PodQuality.Of(pod.Spec) != PodQOSClass.PodQOSBestEffort,
            ResourceQuotaScope.PriorityClass => Selects(scope, pod.Spec.PriorityClassName),
            ResourceQuotaScope.CrossNamespacePodAffinity => ReachesOtherNamespaces(pod.Spec.Affinity),
            _ => false,
        };
    }

    private static bool HasEnded(Pod pod, DateTimeOffset now) =>
        pod.Status.Phase is PodPhase.PodFailed or PodPhase.PodSucceeded
        || (pod.Metadata is { DeletionTimestamp: { } end, DeletionGracePeriodSeconds: { } grace } && now > end.AddSeconds(grace) + Overdue);

    private static Map<Quantity> Usage(Map<Quantity> requests, Map<Quantity> limits)
    {
        List<KeyValuePair<string, Quantity>> usage = [new("pods", One)];
        foreach (var (name, amount) in requests)
        {
            if (name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal))
            {
                usage.Add(new(name, amount));
                usage.Add(new("requests." + name, amount));
            }
            else if (name.Contains('/'))
            {
                usage.Add(new("requests." + name, amount));
            }
        }

        foreach (var (name, amount) in limits)
        {
            if (name is "cpu" or "memory" or "ephemeral-storage")
            {
                usage.Add(new("limits." + name, amount));
            }
        }

        return Map.From(usage);
    }

    private static bool ReachesOtherNamespaces(Affinity? affinity) =>
        affinity is not null && Terms(affinity).Any(static term => term.Namespaces.Count > 0 || term.NamespaceSelector is not null);

    private static IEnumerable<PodAffinityTerm> Terms(Affinity affinity) =>
    [
        .. affinity.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [],
        .. affinity.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution.Select(static one => one.PodAffinityTerm) ?? [],
        .. affinity.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [],
        .. affinity.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution.Select(static one => one.PodAffinityTerm) ?? [],
    ];
}
