using Navarch.Api.Storage.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Storage;

/// <summary>Properties of volumes that can be changed while they are in use.</summary>
public sealed class VolumeAttributesClassResource : Resource<VolumeAttributesClass>
{
    public override IReadOnlyList<Column<VolumeAttributesClass>> Columns { get; } =
    [
        Columns<VolumeAttributesClass>.Name,
        Columns<VolumeAttributesClass>.Text("DriverName", static value => value.DriverName),
        Columns<VolumeAttributesClass>.Age,
    ];

    public override void Validate(VolumeAttributesClass value, FieldErrors errors)
    {
        StorageRules.DriverName(errors, FieldPath.Of("driverName"), value.DriverName);
        StorageRules.Parameters(errors, FieldPath.Of("parameters"), value.Parameters, isRequired: true);
    }

    public override void ValidateUpdate(VolumeAttributesClass value, VolumeAttributesClass old, FieldErrors errors)
    {
        if (value.DriverName != old.DriverName)
        {
            errors.Forbidden("driverName", "updates to driverName are forbidden.");
        }

        if (!value.Parameters.Equals(old.Parameters))
        {
            errors.Forbidden("parameters", "updates to parameters are forbidden.");
        }
    }
}
