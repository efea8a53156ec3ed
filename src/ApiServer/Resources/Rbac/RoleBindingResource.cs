using Navarch.Api.Rbac.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Rbac;

/// <summary>Gives the permissions of a role to subjects, within one namespace.</summary>
public sealed class RoleBindingResource : Resource<RoleBinding>
{
    public override bool CreatesOnUpdate => true;

    public override IReadOnlyList<Column<RoleBinding>> Columns { get; } =
    [
        Columns<RoleBinding>.Name,
        Columns<RoleBinding>.Text("Role", static value => $"{value.RoleRef.Kind}/{value.RoleRef.Name}"),
        Columns<RoleBinding>.Age,
        Columns<RoleBinding>.Text("Users", static value => RbacRules.Subjects(value.Subjects, "User"), priority: 1),
        Columns<RoleBinding>.Text("Groups", static value => RbacRules.Subjects(value.Subjects, "Group"), priority: 1),
        Columns<RoleBinding>.Text("ServiceAccounts", static value => RbacRules.Subjects(value.Subjects, "ServiceAccount"), priority: 1),
    ];

    public override string? NameProblem(string name) => CommonRules.PathSegmentProblem(name);

    public override RoleBinding Default(RoleBinding value) => value with { RoleRef = RbacRules.Default(value.RoleRef), Subjects = RbacRules.Default(value.Subjects) };

    public override void Validate(RoleBinding value, FieldErrors errors) => RbacRules.Binding(errors, value.RoleRef, value.Subjects, isNamespaced: true);

    public override void ValidateUpdate(RoleBinding value, RoleBinding old, FieldErrors errors) => RbacRules.UnchangedRole(errors, value.RoleRef, old.RoleRef);
}
