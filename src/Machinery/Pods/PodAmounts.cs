using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.Machinery.Pods;

/// <summary>What a pod asks for and may use in all, from its specification alone.</summary>
public static class PodAmounts
{
    /// <summary>
    /// What its containers ask for together, or the most that is asked for while they are initialized; amounts of the pod as a
    /// whole take the place of those of its containers.
    /// </summary>
    /// <param name="withOverhead">With what the pod's runtime needs beside the containers.</param>
    public static Map<Quantity> Requests(PodSpec spec, bool withOverhead) => Sum(spec, static resources => resources.Requests, withOverhead, onlyKnown: false);

    /// <inheritdoc cref="Requests"/>
    public static Map<Quantity> Limits(PodSpec spec, bool withOverhead) => Sum(spec, static resources => resources.Limits, withOverhead, onlyKnown: true);

    /// <summary>Both together, name by name.</summary>
    public static Map<Quantity> Add(Map<Quantity> left, Map<Quantity> right)
    {
        if (left.Count == 0)
        {
            return right;
        }

        return right.Count == 0 ? left : left.WithAll([.. right.Select(one => KeyValuePair.Create(one.Key, left.Find(one.Key) + one.Value))]);
    }

    private static Map<Quantity> Sum(PodSpec spec, Func<ResourceRequirements, Map<Quantity>> of, bool withOverhead, bool onlyKnown)
    {
        Map<Quantity> total = [];
        foreach (var container in spec.Containers)
        {
            total = Add(total, of(container.Resources));
        }

        // Containers that stay after their turn need their share from then on; others are alone with those.
        Map<Quantity> staying = [];
        Map<Quantity> starting = [];
        foreach (var container in spec.InitContainers)
        {
            var amounts = of(container.Resources);
            if (container.RestartPolicy == ContainerRestartPolicy.Always)
            {
                staying = Add(staying, amounts);
                starting = Max(starting, staying);
            }
            else
            {
                starting = Max(starting, Add(staying, amounts));
            }
        }

        total = Max(Add(total, staying), starting);
        if (spec.Resources is { } whole)
        {
            total = total.WithAll(of(whole));
        }

        if (withOverhead)
        {
            total = Add(total, onlyKnown ? Map.From(spec.Overhead.Where(one => total.ContainsKey(one.Key)).ToArray()) : spec.Overhead);
        }

        return total;
    }

    private static Map<Quantity> Max(Map<Quantity> left, Map<Quantity> right)
    {
        return right.Count == 0 ? left : left.WithAll([.. right.Where(one => !left.TryGetValue(one.Key, out var present) || present < one.Value)]);
    }
}
