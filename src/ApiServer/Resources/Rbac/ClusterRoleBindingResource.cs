using Navarch.Api.Rbac.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Rbac;

/// <summary>Gives the permissions of a role to subjects, in every namespace.</summary>
public sealed class ClusterRoleBindingResource : Resource<ClusterRoleBinding>
{
    public override bool CreatesOnUpdate => true;

    public override IReadOnlyList<Column<ClusterRoleBinding>> Columns { get; } =
    [
        Columns<ClusterRoleBinding>.Name,
        Columns<ClusterRoleBinding>.Text("Role", static value => $"{value.RoleRef.Kind}/{value.RoleRef.Name}"),
        Columns<ClusterRoleBinding>.Age,
        Columns<ClusterRoleBinding>.Text("Users", static value => RbacRules.Subjects(value.Subjects, "User"), priority: 1),
        Columns<ClusterRoleBinding>.Text("Groups", static value => RbacRules.Subjects(value.Subjects, "Group"), priority: 1),
        Columns<ClusterRoleBinding>.Text("ServiceAccounts", static value => RbacRules.Subjects(value.Subjects, "ServiceAccount"), priority: 1),
    ];

    public override string? NameProblem(string name) => CommonRules.PathSegmentProblem(name);

    public override ClusterRoleBinding Default(ClusterRoleBinding value) => value with { RoleRef = RbacRules.Default(value.RoleRef), Subjects = RbacRules.Default(value.Subjects) };

    public override void Validate(ClusterRoleBinding value, FieldErrors errors) => RbacRules.Binding(errors, value.RoleRef, value.Subjects, isNamespaced: false);

    public override void ValidateUpdate(ClusterRoleBinding value, ClusterRoleBinding old, FieldErrors errors) => RbacRules.UnchangedRole(errors, value.RoleRef, old.RoleRef);
}
