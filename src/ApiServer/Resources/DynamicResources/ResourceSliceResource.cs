using Navarch.Api.DynamicResources.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.DynamicResources;

/// <summary>Devices of one pool of one driver, as the driver tells of them.</summary>
public sealed class ResourceSliceResource : Resource<ResourceSlice>
{
    private const int DevicesMax = 128;
    private const int RichDevicesMax = 64;
    private const int CounterSetsMax = 8;
    private const int CountersMax = 32;

    public override bool HasGeneration => true;

    public override IReadOnlyDictionary<string, Func<ResourceSlice, string>> SelectableFields { get; } = new Dictionary<string, Func<ResourceSlice, string>>
    {
        ["spec.driver"] = static value => value.Spec.Driver,
        ["spec.nodeName"] = static value => value.Spec.NodeName ?? "",
    };

    public override string UnknownField(string field) => $"field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: {field}";

    public override IReadOnlyList<Column<ResourceSlice>> Columns { get; } =
    [
        Columns<ResourceSlice>.Name,
        Columns<ResourceSlice>.Text("Node", static value => value.Spec.NodeName ?? ""),
        Columns<ResourceSlice>.Text("Driver", static value => value.Spec.Driver),
        Columns<ResourceSlice>.Text("Pool", static value => value.Spec.Pool.Name),
        Columns<ResourceSlice>.Age,
    ];

    public override ResourceSlice PrepareForCreate(ResourceSlice value, WriteContext context) => Prepare(value, null, context);

    public override ResourceSlice PrepareForUpdate(ResourceSlice value, ResourceSlice old, WriteContext context) => Prepare(value, old, context);

    public override bool ChangesGeneration(ResourceSlice value, ResourceSlice old) => value.Spec != old.Spec;

    public override void ValidateCreate(ResourceSlice value, FieldErrors errors) => Validate(value, null, errors);

    public override void ValidateUpdate(ResourceSlice value, ResourceSlice old, FieldErrors errors)
    {
        Validate(value, old, errors);
        var path = FieldPath.Of("spec");
        errors.Unchanged(path / "pool" / "name", value.Spec.Pool.Name, old.Spec.Pool.Name, static name => name);
        errors.Unchanged(path / "driver", value.Spec.Driver, old.Spec.Driver, static driver => driver);
        errors.Unchanged(path / "nodeName", value.Spec.NodeName, old.Spec.NodeName, static name => name);
    }

    /// <summary>Dates the taints, and drops the fields of features that are off unless the object has them already.</summary>
    private static ResourceSlice Prepare(ResourceSlice value, ResourceSlice? old, WriteContext context)
    {
        var keepsLists = old?.Spec.Devices.Any(static device => device.Attributes.Values.Any(HasLists)) == true;
        var keepsMappings = old?.Spec.Devices.Any(static device => device.NodeAllocatableResourceMappings.Count > 0) == true;
        return value with
        {
            Spec = value.Spec with
            {
                Devices = PodTemplateDefaults.Each(value.Spec.Devices, device =>
                {
                    var before = old?.Spec.Devices.FirstOrDefault(other => other.Name == device.Name);
                    return device with
                    {
                        Taints = PodTemplateDefaults.Each(device.Taints, taint => Dated(taint, before, context)),
                        Attributes = keepsLists ? device.Attributes : [.. device.Attributes.Select(static entry => new KeyValuePair<string, DeviceAttribute>(entry.Key, HasLists(entry.Value)
                            ? entry.Value with { IntValues = [], BoolValues = [], StringValues = [], VersionValues = [] }
                            : entry.Value))],
                        NodeAllocatableResourceMappings = keepsMappings ? device.NodeAllocatableResourceMappings : [],
                    };
                }),
            },
        };
    }

    private static bool HasLists(DeviceAttribute attribute) =>
        attribute.IntValues.Count + attribute.BoolValues.Count + attribute.StringValues.Count + attribute.VersionValues.Count > 0;

    private static DeviceTaint Dated(DeviceTaint taint, Device? before, WriteContext context)
    {
        var same = before?.Taints.FirstOrDefault(other => other.Key == taint.Key);
        return taint.TimeAdded is null || (same is not null && same.Effect != taint.Effect && same.TimeAdded == taint.TimeAdded)
            ? taint with { TimeAdded = context.Now }
            : taint;
    }

    private static void Validate(ResourceSlice value, ResourceSlice? old, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        VolumeValidation.Driver(errors, path / "driver", spec.Driver);
        DeviceRules.PoolName(errors, path / "pool" / "name", spec.Pool.Name);
        if (spec.Pool.ResourceSliceCount <= 0)
        {
            errors.Invalid(path / "pool" / "resourceSliceCount", spec.Pool.ResourceSliceCount, "must be greater than zero");
        }

        if (spec.Pool.Generation < 0)
        {
            errors.Invalid(path / "pool" / "generation", spec.Pool.Generation, "must be greater than or equal to zero");
        }

        NodeChoice.OfSlice(errors, path, spec);
        if (spec.SharedCounters.Count > 0 && spec.Devices.Count > 0)
        {
            errors.Invalid(path, "", "only one of `sharedCounters` or `devices` is allowed");
        }

        var isRich = spec.Devices.Any(static device => device.Taints.Count > 0 || device.ConsumesCounters.Count > 0 || device.Attributes.Values.Any(HasLists));
        if (DeviceRules.Fits(errors, path / "devices", spec.Devices, isRich ? RichDevicesMax : DevicesMax))
        {
            for (var i = 0; i < spec.Devices.Count; i++)
            {
                var device = spec.Devices[i];
                DeviceValidation.Validate(errors, (path / "devices")[i], device, old?.Spec.Devices.FirstOrDefault(other => other.Name == device.Name), spec.PerDeviceNodeSelection == true);
            }

            DeviceRules.Unique(errors, path / "devices", spec.Devices, static device => device.Name);
        }

        if (DeviceRules.Fits(errors, path / "sharedCounters", spec.SharedCounters, CounterSetsMax))
        {
            for (var i = 0; i < spec.SharedCounters.Count; i++)
            {
                var (at, set) = ((path / "sharedCounters")[i], spec.SharedCounters[i]);
                errors.RequiredLabel(at, "name", set.Name);
                DeviceValidation.Counters(errors, at / "counters", set.Counters, CountersMax);
            }

            DeviceRules.Unique(errors, path / "sharedCounters", spec.SharedCounters, static set => set.Name);
        }
    }
}
