using Navarch.Api.Rbac.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Rbac;

/// <summary>Permissions that are not bound to a namespace.</summary>
public sealed class ClusterRoleResource : Resource<ClusterRole>
{
    public override bool CreatesOnUpdate => true;

    public override string? NameProblem(string name) => CommonRules.PathSegmentProblem(name);

    public override void Validate(ClusterRole value, FieldErrors errors)
    {
        RbacRules.Policy(errors, value.Rules, isNamespaced: false);
        if (value.AggregationRule is not { } aggregation)
        {
            return;
        }

        var path = FieldPath.Of("aggregationRule") / "clusterRoleSelectors";
        if (aggregation.ClusterRoleSelectors.Count == 0)
        {
            errors.Required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
        }

        for (var i = 0; i < aggregation.ClusterRoleSelectors.Count; i++)
        {
            errors.Selector(path[i], aggregation.ClusterRoleSelectors[i]);
        }
    }
}
