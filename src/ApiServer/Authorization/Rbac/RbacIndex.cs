using System.Collections.Concurrent;
using Navarch.Api;
using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Tokens;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Authorization.Rbac;

/// <summary>
/// Who has which roles, by user and by group, kept by the feed of the cache: an answer is read from what concerns the one
/// who asks, however many bindings there are for others. One thread writes, any number read without a lock.
/// </summary>
internal sealed class RbacIndex
{
    private readonly ConcurrentDictionary<string, SubjectGrants> users = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SubjectGrants> groups = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Namespace, string Name), RoleSlot> roles = new();
    private readonly ConcurrentDictionary<string, RoleSlot> clusterRoles = new(StringComparer.Ordinal);

    /// <summary>Learns what there is, and from then on what changes. To be called when the cache is loaded and stands still.</summary>
    public void Attach(Catalog catalog)
    {
        Follow(catalog.Get<ClusterRole>().Objects, Learn);
        Follow(catalog.Get<Role>().Objects, Learn);
        Follow(catalog.Get<ClusterRoleBinding>().Objects, Learn);
        Follow(catalog.Get<RoleBinding>().Objects, Learn);
    }

    public SubjectGrants? OfUser(string name) => users.GetValueOrDefault(name);

    public SubjectGrants? OfGroup(string name) => groups.GetValueOrDefault(name);

    /// <summary>The rules of the role a binding names; null where there is no such role.</summary>
    /// <param name="namespace">That of the binding; empty for one of the cluster.</param>
    public RoleRules? Find(RoleRef role, string @namespace) =>
        role.Kind == "Role" ? roles.GetValueOrDefault((@namespace, role.Name))?.Rules : clusterRoles.GetValueOrDefault(role.Name)?.Rules;

    /// <summary>What a change of one object changes. Not for two threads at once.</summary>
    public void Learn(IResource? before, IResource? after)
    {
        switch (after ?? before)
        {
            case ClusterRole role:
                SetRules(SlotOf("ClusterRole", "", role.Metadata.Name), after is ClusterRole now ? now.Rules : null);
                break;
            case Role role:
                SetRules(SlotOf("Role", role.Metadata.Namespace, role.Metadata.Name), after is Role mine ? mine.Rules : null);
                break;
            default:
                // First what is new: requests read meanwhile, and nobody is refused what both give.
                if (Binding.Of(after) is { } wanted)
                {
                    Give(wanted);
                }

                if (Binding.Of(before) is { } old)
                {
                    Revoke(old);
                }

                break;
        }
    }

    private static void Follow(Collection objects, Action<IResource?, IResource?> learn)
    {
        for (var walk = objects.Current.Objects.All(); walk.MoveNext();)
        {
            learn(null, walk.Current.Value);
        }

        objects.Applying += change => learn(change.Previous?.Value, change.Current?.Value);
    }

    private void SetRules(RoleSlot slot, IReadOnlyList<PolicyRule>? rules)
    {
        if (rules is null || slot.Rules is null || !slot.Rules.Rules.SequenceEqual(rules))
        {
            slot.Rules = rules is null ? null : new RoleRules(rules);
        }

        Forget(slot);
    }

    private RoleSlot SlotOf(string kind, string @namespace, string name) => kind == "Role"
        ? roles.GetOrAdd((@namespace, name), static key => new RoleSlot("Role", key.Namespace, key.Name))
        : clusterRoles.GetOrAdd(name, static key => new RoleSlot("ClusterRole", "", key));

    private void Forget(RoleSlot slot)
    {
        if (slot.Uses > 0 || slot.Rules is not null)
        {
            return;
        }

        if (slot.Kind == "Role")
        {
            roles.TryRemove((slot.Namespace, slot.Name), out _);
        }
        else
        {
            clusterRoles.TryRemove(slot.Name, out _);
        }
    }

    private void Give(Binding binding)
    {
        var slot = SlotOf(binding.Role.Kind, binding.Namespace, binding.Role.Name);
        foreach (var subject in binding.Subjects)
        {
            if (Of(subject, binding.Namespace) is not var (map, name) || name.Length == 0)
            {
                continue;
            }

            slot.Uses++;
            var grants = map.GetOrAdd(name, static _ => new SubjectGrants());
            var grant = new Grant(slot, binding.Namespace, binding.Name, subject);
            if (binding.Namespace.Length == 0)
            {
                grants.Everywhere = [.. grants.Everywhere, grant];
            }
            else
            {
                var byNamespace = grants.ByNamespace ??= new ConcurrentDictionary<string, Grant[]>(StringComparer.Ordinal);
                byNamespace[binding.Namespace] = [.. byNamespace.GetValueOrDefault(binding.Namespace, SubjectGrants.None), grant];
            }
        }
    }

    private void Revoke(Binding binding)
    {
        var slot = SlotOf(binding.Role.Kind, binding.Namespace, binding.Role.Name);
        foreach (var subject in binding.Subjects)
        {
            if (Of(subject, binding.Namespace) is not var (map, name) || !map.TryGetValue(name, out var grants))
            {
                continue;
            }

            slot.Uses--;
            if (binding.Namespace.Length == 0)
            {
                grants.Everywhere = Without(grants.Everywhere, binding.Name);
            }
            else if (grants.ByNamespace is { } byNamespace && byNamespace.TryGetValue(binding.Namespace, out var present))
            {
                var left = Without(present, binding.Name);
                if (left.Length > 0)
                {
                    byNamespace[binding.Namespace] = left;
                }
                else
                {
                    byNamespace.TryRemove(binding.Namespace, out _);
                }
            }

            if (grants.IsEmpty)
            {
                map.TryRemove(name, out _);
            }
        }

        Forget(slot);
    }

    // One at a time: a binding may name a subject twice. The first: what a change of the binding gives stands behind what it takes.
    private static Grant[] Without(Grant[] grants, string binding)
    {
        var at = Array.FindIndex(grants, grant => grant.BindingName == binding);
        return at < 0 ? grants : [.. grants[..at], .. grants[(at + 1)..]];
    }

    /// <summary>A service account is a user of a long name.</summary>
    private (ConcurrentDictionary<string, SubjectGrants> Map, string Name)? Of(Subject subject, string bindingNamespace) => subject.Kind switch
    {
        "User" => (users, subject.Name),
        "Group" => (groups, subject.Name),
        "ServiceAccount" => (users, ServiceAccountTokens.UserName(subject.Namespace.Length > 0 ? subject.Namespace : bindingNamespace, subject.Name)),
        _ => null,
    };

    /// <param name="Subjects">Each once: who names one a hundred thousand times must not hold up the feed, and everybody's watches with it.</param>
    private sealed record Binding(string Namespace, string Name, RoleRef Role, IEnumerable<Subject> Subjects)
    {
        public static Binding? Of(IResource? resource) => resource switch
        {
            ClusterRoleBinding cluster => new Binding("", cluster.Metadata.Name, cluster.RoleRef, cluster.Subjects.Distinct()),
            RoleBinding local => new Binding(local.Metadata.Namespace, local.Metadata.Name, local.RoleRef, local.Subjects.Distinct()),
            _ => null,
        };
    }
}
