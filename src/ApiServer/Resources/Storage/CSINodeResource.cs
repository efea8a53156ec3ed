using Navarch.Api.Storage.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Storage;

/// <summary>The storage drivers of a node.</summary>
public sealed class CSINodeResource : Resource<CSINode>
{
    private const int NodeIdMax = 256;

    public override bool AllowsUnconditionalUpdate => false;

    public override IReadOnlyList<Column<CSINode>> Columns { get; } =
    [
        Columns<CSINode>.Name,
        Columns<CSINode>.Integer("Drivers", static value => value.Spec.Drivers.Count),
        Columns<CSINode>.Age,
    ];

    public override void Validate(CSINode value, FieldErrors errors)
    {
        var isRepeated = Repeats.Of(value.Spec.Drivers, static item => item.Name);
        for (var i = 0; i < value.Spec.Drivers.Count; i++)
        {
            var (path, driver) = ((FieldPath.Of("spec") / "drivers")[i], value.Spec.Drivers[i]);
            VolumeValidation.Driver(errors, path / "name", driver.Name);
            if (isRepeated[i])
            {
                errors.Duplicate(path / "name", driver.Name);
            }

            errors.RequiredText(path, "nodeID", driver.NodeID);
            if (driver.NodeID.Length > NodeIdMax)
            {
                errors.Invalid(path / "nodeID", driver.NodeID, "must be 256 characters or less");
            }

            foreach (var key in driver.TopologyKeys)
            {
                errors.QualifiedName(path / "topologyKeys", key);
            }

            errors.AtLeastZero(path / "allocatable", "count", driver.Allocatable?.Count ?? 0);
        }
    }

    public override void ValidateUpdate(CSINode value, CSINode old, FieldErrors errors)
    {
        var known = old.Spec.Drivers.DistinctBy(static driver => driver.Name).ToDictionary(static driver => driver.Name);
        for (var i = 0; i < value.Spec.Drivers.Count; i++)
        {
            var driver = value.Spec.Drivers[i];
            if (known.GetValueOrDefault(driver.Name) is { } before && before with { Allocatable = driver.Allocatable } != driver)
            {
                errors.Invalid((FieldPath.Of("spec") / "drivers")[i], RawValue.Of(driver), CommonRules.Immutable);
            }
        }
    }
}
