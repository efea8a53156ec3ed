using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Json;

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

    // Who applies or patches an object writes its members in another order, perhaps, and the same value.
    public override void ValidateUpdate(ControllerRevision value, ControllerRevision old, FieldErrors errors)
    {
        if (!Equals(value.Data, old.Data) && !Parsed(value.Data).Equals(Parsed(old.Data)))
        {
            errors.Invalid("data", new RawValue(value.Data?.ToString() ?? "null"), CommonRules.Immutable);
        }
    }

    private static JsonNode Parsed(RawExtension? data) => data is null ? JsonNull.Value : JsonNode.Parse(data.Json.Span);

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
