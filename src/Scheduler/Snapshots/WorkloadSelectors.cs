using System.Collections.Immutable;
using Navarch.Api;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Pods;

namespace Navarch.Scheduler.Snapshots;

/// <summary>A workload that selects pods, by what an owner reference says of it.</summary>
internal readonly record struct WorkloadKey(string Kind, string Namespace, string Name);

/// <summary>
/// The selectors of services and of workload controllers. Pods that state no spreading of their own are spread over the nodes
/// together with the pods selected by the same services and the same controller.
/// </summary>
internal sealed class WorkloadSelectors
{
    public static readonly WorkloadSelectors Empty = new(
        ImmutableDictionary<WorkloadKey, LabelPredicate>.Empty,
        ImmutableDictionary<Pair, ImmutableArray<Service>>.Empty);

    private readonly ImmutableDictionary<WorkloadKey, LabelPredicate> controllers;

    // By the first pair of the selector: a pod is asked only about the services that share a label with it.
    private readonly ImmutableDictionary<Pair, ImmutableArray<Service>> services;

    private WorkloadSelectors(
        ImmutableDictionary<WorkloadKey, LabelPredicate> controllers, ImmutableDictionary<Pair, ImmutableArray<Service>> services)
    {
        this.controllers = controllers;
        this.services = services;
    }

    private readonly record struct Pair(string Namespace, string Key, string Value);

    private sealed record Service(string Name, LabelPredicate Pods);

    public WorkloadSelectors WithController(WorkloadKey key, LabelPredicate? pods) =>
        new(pods is null ? controllers.Remove(key) : controllers.SetItem(key, pods), services);

    /// <summary>With another selector of one service.</summary>
    /// <param name="before">Its selector until now; empty when it is new.</param>
    /// <param name="after">Its selector from now on; empty when it is gone or selects nothing.</param>
    public WorkloadSelectors WithService(string @namespace, string name, Map<string> before, Map<string> after)
    {
        var changed = services;
        if (before.Count > 0)
        {
            var pair = FirstPair(@namespace, before);
            var left = changed.GetValueOrDefault(pair, []).RemoveAll(service => service.Name == name);
            changed = left.IsEmpty ? changed.Remove(pair) : changed.SetItem(pair, left);
        }

        if (after.Count > 0)
        {
            var pair = FirstPair(@namespace, after);
            changed = changed.SetItem(pair, changed.GetValueOrDefault(pair, []).Add(new Service(name, LabelPredicate.OfPairs(after))));
        }

        return new WorkloadSelectors(controllers, changed);
    }

    /// <summary>What selects <paramref name="pod"/> and its like, or null when nothing does.</summary>
    public LabelPredicate? Of(PodInfo pod)
    {
        var result = LabelPredicate.Everything;
        if (services.Count > 0)
        {
            foreach (var (key, value) in pod.Labels)
            {
                foreach (var service in services.GetValueOrDefault(new Pair(pod.Namespace, key, value), []))
                {
                    result = service.Pods.Matches(pod.Labels) ? result.And(service.Pods) : result;
                }
            }
        }

        if (pod.Controller is { } owner && controllers.TryGetValue(new WorkloadKey(owner.Kind, pod.Namespace, owner.Name), out var siblings))
        {
            result = result.And(siblings);
        }

        return result.IsEmpty ? null : result;
    }

    private static Pair FirstPair(string @namespace, Map<string> selector)
    {
        var (key, value) = selector.First();
        return new Pair(@namespace, key, value);
    }
}
