using Navarch.Api.Apps.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Apps;

/// <summary>A former state of a controller, to roll back to.</summary>
public sealed class ControllerRevisionResource : Resource<ControllerRevision>
{
    public override IReadOnlyList<Column<ControllerRevision>> Columns { get; } =
    [
        Columns<ControllerRevision>.Name,
        Columns<ControllerRevision>.Text("Controller", Controller),
        Columns<ControllerRevision>.Count("Revision", static value => value.Revision),
        Columns<ControllerRevision>.Age,
    ];

    public override void Validate(ControllerRevision value, FieldErrors errors)
    {
        if (value.Data is null)
        {
            errors.Required("data", "data is mandatory");
        }

        if (value.Revision < 0)
        {
            errors.Invalid("revision", value.Revision, CommonRules.NotNegative);
        }
    }

    public override void ValidateUpdate(ControllerRevision value, ControllerRevision old, FieldErrors errors) =>
        errors.Unchanged(FieldPath.Of("data"), value.Data, old.Data, static data => new RawValue(data?.ToString() ?? "null"));

    private static string Controller(ControllerRevision value)
    {
        var owner = value.Metadata.OwnerReferences.FirstOrDefault(owner => owner.Controller == true);
        if (owner is null)
        {
            return Cells.None;
        }

        var slash = owner.APIVersion.IndexOf('/');
        return $"{owner.Kind.ToLowerInvariant()}{(slash < 0 ? "" : "." + owner.APIVersion[..slash])}/{owner.Name}";
    }
}
