using Navarch.Api.Rbac.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Rbac;

/// <summary>Permissions within one namespace.</summary>
public sealed class RoleResource : Resource<Role>
{
    public override bool CreatesOnUpdate => true;

    public override string? NameProblem(string name) => CommonRules.PathSegmentProblem(name);

    public override void Validate(Role value, FieldErrors errors) => RbacRules.Policy(errors, value.Rules, isNamespaced: true);
}
