using Navarch.Api.DynamicResources.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.DynamicResources;

/// <summary>A kind of device that claims can ask for by name.</summary>
public sealed class DeviceClassResource : Resource<DeviceClass>
{
    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<DeviceClass>> Columns { get; } = [Columns<DeviceClass>.Name, Columns<DeviceClass>.Age];

    public override bool ChangesGeneration(DeviceClass value, DeviceClass old) => value.Spec != old.Spec;

    public override void ValidateCreate(DeviceClass value, FieldErrors errors) => Validate(value, null, errors);

    public override void ValidateUpdate(DeviceClass value, DeviceClass old, FieldErrors errors) => Validate(value, old, errors);

    private static void Validate(DeviceClass value, DeviceClass? old, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        DeviceRules.Selectors(errors, path / "selectors", spec.Selectors, isStored: old is not null && spec.Selectors.SequenceEqual(old.Spec.Selectors));
        if (DeviceRules.Fits(errors, path / "config", spec.Config, DeviceRules.ListMax))
        {
            var isStored = old is not null && spec.Config.SequenceEqual(old.Spec.Config);
            for (var i = 0; i < spec.Config.Count; i++)
            {
                DeviceRules.Configuration(errors, (path / "config")[i], spec.Config[i].Opaque, isStored);
            }
        }

        if (spec.ExtendedResourceName is { } name && !ResourceRules.IsExtended(name))
        {
            errors.Invalid(path / "extendedResourceName", name, "must be a valid extended resource name");
        }
    }
}
