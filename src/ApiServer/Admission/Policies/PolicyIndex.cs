using Navarch.Api;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>The policies that are bound to something, in the order of their names, made anew whenever one changes.</summary>
internal sealed class PolicyIndex<T>(Kind policies, Kind bindings, Func<IResource, T> policyOf, Func<IResource, PolicyBinding> bindingOf) where T : Policy
{
    // Held while the list is made: both collections may change at the same time.
    private readonly Lock gate = new();

    // Policies as they were stored, so that one that did not change is not compiled again.
    private Dictionary<StoredObject, T> known = [];
    private BoundPolicy<T>[]? current;

    /// <summary>Null where there are none, which is what most clusters pay for this.</summary>
    public BoundPolicy<T>[]? Current => Volatile.Read(ref current);

    /// <summary>Learns what there is, and from then on what changes. To be called when the cache is loaded and stands still.</summary>
    public void Attach()
    {
        policies.Objects.KeepValues();
        bindings.Objects.KeepValues();
        policies.Objects.Applying += _ => Rebuild();
        bindings.Objects.Applying += _ => Rebuild();
        Rebuild();
    }

    private void Rebuild()
    {
        lock (gate)
        {
            var found = new List<PolicyBinding>();
            for (var walk = bindings.Objects.Current.Objects.All(); walk.MoveNext();)
            {
                found.Add(bindingOf(walk.Current.Value));
            }

            var byPolicy = found.ToLookup(static binding => binding.PolicyName, StringComparer.Ordinal);
            var (bound, seen) = (new List<BoundPolicy<T>>(), new Dictionary<StoredObject, T>());
            for (var walk = policies.Objects.Current.Objects.All(); walk.MoveNext();)
            {
                var stored = walk.Current;
                var policy = seen[stored] = known.GetValueOrDefault(stored) ?? policyOf(stored.Value);
                if (byPolicy.Contains(policy.Name))
                {
                    bound.Add(new BoundPolicy<T>(policy, [.. byPolicy[policy.Name]]));
                }
            }

            known = seen;
            Volatile.Write(ref current, bound.Count == 0 ? null : [.. bound]);
        }
    }
}

internal sealed record BoundPolicy<T>(T Policy, PolicyBinding[] Bindings) where T : Policy;
