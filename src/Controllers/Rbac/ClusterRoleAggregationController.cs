using Navarch.Api.Rbac.V1;
using Navarch.Client;
using Navarch.Machinery.Rbac;

namespace Navarch.Controllers;

/// <summary>Keeps the rules of aggregated ClusterRoles those of the roles they select: a new resource's rules join <c>edit</c> by a label.</summary>
public sealed class ClusterRoleAggregationController(Informer<ClusterRole> roles, IClient client) : IReconciler
{
    public string Name => "clusterrole-aggregation";

    public IEnumerable<Trigger> Triggers => [Trigger.On(roles, Concerned)];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!roles.TryGet(key, out var role) || role.AggregationRule is null)
        {
            return ReconcileResult.Done;
        }

        var rules = RoleAggregation.Gather(role, roles.List());
        if (!rules.SequenceEqual(role.Rules))
        {
            await client.UpdateAsync(role with { Rules = rules }, ct);
        }

        return ReconcileResult.Done;
    }

    // A role may gather what others gather: view goes into edit, edit into admin.
    private IEnumerable<NamespacedName> Concerned(ClusterRole changed)
    {
        if (changed.AggregationRule is not null)
        {
            yield return NamespacedName.Of(changed);
        }

        foreach (var role in roles.List())
        {
            if (role.AggregationRule is { } rule && rule.ClusterRoleSelectors.Any(selector => Selectors.Of(selector).Matches(changed.Metadata.Labels)))
            {
                yield return NamespacedName.Of(role);
            }
        }
    }
}
