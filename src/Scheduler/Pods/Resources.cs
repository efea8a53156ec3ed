using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.Scheduler.Pods;

/// <summary>
/// Amounts of what pods ask for and nodes have, as integers: a comparison costs nanoseconds and never rounds. CPU is in
/// thousandths, memory and storage in bytes. Extended resources and huge pages are rare and lie apart, in <see cref="Scalars"/>.
/// </summary>
internal readonly record struct Resources(long MilliCpu, long Memory, long EphemeralStorage)
{
    // Null is empty: default(Resources) must be usable, and equal to an amount of nothing.
    private readonly Map<long>? scalars;

    /// <summary>Amounts of extended resources and huge pages by name; never holds a zero.</summary>
    public Map<long> Scalars
    {
        get => scalars ?? Map<long>.Empty;
        init => scalars = value.Count == 0 ? null : value;
    }

    public bool IsZero => MilliCpu == 0 && Memory == 0 && EphemeralStorage == 0 && scalars is null;

    public static Resources operator +(Resources left, Resources right) =>
        new(left.MilliCpu + right.MilliCpu, left.Memory + right.Memory, left.EphemeralStorage + right.EphemeralStorage)
        {
            Scalars = Combine(left.Scalars, right.Scalars, static (a, b) => a + b),
        };

    public static Resources operator -(Resources left, Resources right) =>
        new(left.MilliCpu - right.MilliCpu, left.Memory - right.Memory, left.EphemeralStorage - right.EphemeralStorage)
        {
            Scalars = Combine(left.Scalars, right.Scalars, static (a, b) => a - b),
        };

    /// <summary>The larger of the two amounts of each resource.</summary>
    public static Resources Max(Resources left, Resources right) =>
        new(Math.Max(left.MilliCpu, right.MilliCpu), Math.Max(left.Memory, right.Memory), Math.Max(left.EphemeralStorage, right.EphemeralStorage))
        {
            Scalars = Combine(left.Scalars, right.Scalars, Math.Max),
        };

    public static Resources Of(Map<Quantity> amounts)
    {
        if (amounts.Count == 0)
        {
            return default;
        }

        Map<long> scalars = [];
        foreach (var (name, amount) in amounts)
        {
            if (IsScalar(name) && amount.WholeValue != 0)
            {
                scalars = scalars.With(name, amount.WholeValue);
            }
        }

        return new Resources(
            amounts.Find(ResourceName.ResourceCPU).MilliValue,
            amounts.Find(ResourceName.ResourceMemory).WholeValue,
            amounts.Find(ResourceName.ResourceEphemeralStorage).WholeValue)
        {
            Scalars = scalars,
        };
    }

    /// <summary>Whether the scheduler counts a resource by name: extended ones, huge pages, prefixed native ones, attachable volumes.</summary>
    private static bool IsScalar(string name) =>
        name.Contains('/', StringComparison.Ordinal)
        || name.StartsWith("hugepages-", StringComparison.Ordinal)
        || name.StartsWith("attachable-volumes-", StringComparison.Ordinal);

    private static Map<long> Combine(Map<long> left, Map<long> right, Func<long, long, long> combine)
    {
        if (right.Count == 0)
        {
            return left;
        }

        var result = left;
        foreach (var (name, amount) in right)
        {
            var combined = combine(left.Find(name), amount);
            result = combined == 0 ? result.Without(name) : result.With(name, combined);
        }

        return result;
    }
}
