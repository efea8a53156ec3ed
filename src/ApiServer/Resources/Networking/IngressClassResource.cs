using Navarch.Api.Networking.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Networking;

/// <summary>A kind of ingress, and the controller that serves it.</summary>
public sealed class IngressClassResource : Resource<IngressClass>
{
    private const int ControllerMax = 250;

    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<IngressClass>> Columns { get; } =
    [
        Columns<IngressClass>.Name,
        Columns<IngressClass>.Text("Controller", static value => value.Spec.Controller),
        Columns<IngressClass>.Text("Parameters", static value => value.Spec.Parameters is { } parameters
            ? $"{parameters.Kind}{(string.IsNullOrEmpty(parameters.APIGroup) ? "" : "." + parameters.APIGroup)}/{parameters.Name}"
            : Cells.None),
        Columns<IngressClass>.Age,
    ];

    public override IngressClass Default(IngressClass value) => value.Spec.Parameters is { Scope: null } parameters
        ? value with { Spec = value.Spec with { Parameters = parameters with { Scope = "Cluster" } } }
        : value;

    public override bool ChangesGeneration(IngressClass value, IngressClass old) => value.Spec != old.Spec;

    public override void Validate(IngressClass value, FieldErrors errors)
    {
        var path = FieldPath.Of("spec");
        if (value.Spec.Controller.Length > ControllerMax)
        {
            errors.TooLong(path / "controller", ControllerMax);
        }

        errors.DomainPrefixed(path / "controller", value.Spec.Controller);
        if (value.Spec.Parameters is { } parameters)
        {
            Parameters(errors, path / "parameters", parameters);
        }
    }

    public override void ValidateUpdate(IngressClass value, IngressClass old, FieldErrors errors) =>
        errors.Unchanged(FieldPath.Of("spec") / "controller", value.Spec.Controller, old.Spec.Controller, static controller => controller);

    private static void Parameters(FieldErrors errors, FieldPath path, IngressClassParametersReference parameters)
    {
        errors.Subdomain(path, "apiGroup", parameters.APIGroup);
        errors.RequiredPathSegment(path, "kind", parameters.Kind);
        errors.RequiredPathSegment(path, "name", parameters.Name);
        if (parameters.Scope is not { } scope)
        {
            errors.Required(path / "scope");
            return;
        }

        errors.OneOf(path, "scope", scope, ["Cluster", "Namespace"]);
        if (scope == "Namespace")
        {
            errors.RequiredLabel(path, "namespace", parameters.Namespace ?? "");
        }
        else if (parameters.Namespace is not null)
        {
            errors.Forbidden(path / "namespace", "`parameters.scope` is set to 'Cluster'");
        }
    }
}
