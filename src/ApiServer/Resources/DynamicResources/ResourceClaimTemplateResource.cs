using Navarch.Api.DynamicResources.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.DynamicResources;

/// <summary>The claim that is made anew for each pod that names the template.</summary>
public sealed class ResourceClaimTemplateResource : Resource<ResourceClaimTemplate>
{
    public override IReadOnlyList<Column<ResourceClaimTemplate>> Columns { get; } = [Columns<ResourceClaimTemplate>.Name, Columns<ResourceClaimTemplate>.Age];

    public override ResourceClaimTemplate Default(ResourceClaimTemplate value) => value with { Spec = value.Spec with { Spec = ClaimSpecRules.Default(value.Spec.Spec) } };

    public override void ValidateCreate(ResourceClaimTemplate value, FieldErrors errors)
    {
        var path = FieldPath.Of("spec");
        errors.TemplateMetadata(path / "metadata", value.Spec.Metadata);
        ClaimSpecRules.Validate(errors, path / "spec", value.Spec.Spec);
    }

    public override void ValidateUpdate(ResourceClaimTemplate value, ResourceClaimTemplate old, FieldErrors errors) =>
        errors.Unchanged(FieldPath.Of("spec"), value.Spec, old.Spec, static spec => RawValue.Of(spec));
}
