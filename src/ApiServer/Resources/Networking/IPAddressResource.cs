using Navarch.Api.Networking.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Networking;

/// <summary>An address that is taken, and by whom.</summary>
public sealed class IPAddressResource : Resource<IPAddress>
{
    public override IReadOnlyList<Column<IPAddress>> Columns { get; } =
    [
        Columns<IPAddress>.Name,
        Columns<IPAddress>.Text("ParentRef", static value => value.Spec.ParentRef is { } parent ? Shown(parent) : Cells.None),
    ];

    public override string? NameProblem(string name) =>
        CommonRules.ParseIP(name) is { } address && address.ToString() == name ? null : "must be a valid IP address in canonical form";

    public override void Validate(IPAddress value, FieldErrors errors)
    {
        var path = FieldPath.Of("spec") / "parentRef";
        if (value.Spec.ParentRef is not { } parent)
        {
            errors.Required(path);
            return;
        }

        errors.Subdomain(path, "group", parent.Group);
        errors.RequiredPathSegment(path, "resource", parent.Resource);
        errors.RequiredPathSegment(path, "name", parent.Name);
        errors.InvalidIf(CommonRules.PathSegmentProblem(parent.Namespace), path / "namespace", parent.Namespace);
    }

    public override void ValidateUpdate(IPAddress value, IPAddress old, FieldErrors errors) =>
        errors.Unchanged(FieldPath.Of("spec") / "parentRef", value.Spec.ParentRef, old.Spec.ParentRef, static parent => RawValue.Of(parent));

    private static string Shown(ParentReference parent) =>
        (parent.Resource + (parent.Group.Length > 0 ? "." + parent.Group : "")).ToLowerInvariant()
        + (parent.Namespace.Length > 0 ? "/" + parent.Namespace : "") + "/" + parent.Name;
}
