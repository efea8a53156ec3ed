using System.Globalization;
using System.Text.RegularExpressions;
using Navarch.Api;
using Navarch.Api.DynamicResources.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.DynamicResources;

/// <summary>What a driver may say of one device.</summary>
internal static partial class DeviceValidation
{
    private const int AttributesAndCapacitiesMax = 32;
    private const int AttributeValuesMax = 48;
    private const int ValueBytesMax = 64;
    private const int TaintsMax = 16;
    private const int CounterSetsMax = 2;
    private const int CountersMax = 32;
    private const int ValidValuesMax = 10;

    /// <param name="old">The device as it is stored. What did not change is not looked at again.</param>
    public static void Validate(FieldErrors errors, FieldPath path, Device device, Device? old, bool isPerDevice)
    {
        errors.InvalidIf(Names.LabelProblem(device.Name), path / "name", device.Name);
        var entries = device.Attributes.Count + device.Capacity.Count;
        if (entries > AttributesAndCapacitiesMax)
        {
            errors.Invalid(path, entries, string.Create(CultureInfo.InvariantCulture, $"the total number of attributes and capacities must not exceed {AttributesAndCapacitiesMax}"));
        }

        var values = device.Attributes.Values.Sum(static attribute => Math.Max(1, attribute.IntValues.Count + attribute.BoolValues.Count + attribute.StringValues.Count + attribute.VersionValues.Count));
        if (values > AttributeValuesMax)
        {
            errors.Invalid(path, values, string.Create(CultureInfo.InvariantCulture, $"the total number of attribute values must not exceed {AttributeValuesMax}"));
        }

        foreach (var (name, attribute) in device.Attributes)
        {
            DeviceRules.QualifiedName(errors, path / "attributes", name);
            Attribute(errors, (path / "attributes")[name], attribute);
        }

        if (old is null || !device.Capacity.Equals(old.Capacity))
        {
            foreach (var (name, capacity) in device.Capacity)
            {
                DeviceRules.QualifiedName(errors, path / "capacity", name);
                Capacity(errors, (path / "capacity")[name] / "requestPolicy", capacity, device.AllowMultipleAllocations == true);
            }
        }

        if ((old is null || !device.Taints.SequenceEqual(old.Taints)) && DeviceRules.Fits(errors, path / "taints", device.Taints, TaintsMax))
        {
            for (var i = 0; i < device.Taints.Count; i++)
            {
                DeviceRules.Taint(errors, (path / "taints")[i], device.Taints[i]);
            }
        }

        if (DeviceRules.Fits(errors, path / "consumesCounters", device.ConsumesCounters, CounterSetsMax))
        {
            for (var i = 0; i < device.ConsumesCounters.Count; i++)
            {
                var (at, consumed) = ((path / "consumesCounters")[i], device.ConsumesCounters[i]);
                errors.RequiredLabel(at, "counterSet", consumed.CounterSet);
                Counters(errors, at / "counters", consumed.Counters, CountersMax);
            }

            DeviceRules.Unique(errors, path / "consumesCounters", device.ConsumesCounters, static consumed => consumed.CounterSet);
        }

        NodeChoice.OfDevice(errors, path, device, isPerDevice);
        DeviceRules.Binding(errors, path, device.BindingConditions, device.BindingFailureConditions);
    }

    public static void Counters(FieldErrors errors, FieldPath path, Map<Counter> counters, int max)
    {
        if (counters.Count == 0)
        {
            errors.Required(path);
        }
        else if (counters.Count > max)
        {
            errors.TooMany(path, counters.Count, max);
        }
        else
        {
            foreach (var name in counters.Keys)
            {
                errors.InvalidIf(Names.LabelProblem(name), path, name);
            }
        }
    }

    private static void Attribute(FieldErrors errors, FieldPath path, DeviceAttribute attribute)
    {
        Text("string", attribute.StringValue, isVersion: false);
        Text("version", attribute.VersionValue, isVersion: true);
        bool[] set =
        [
            attribute.IntValue is not null, attribute.BoolValue is not null, attribute.StringValue is not null, attribute.VersionValue is not null,
            attribute.IntValues.Count > 0, attribute.BoolValues.Count > 0, attribute.StringValues.Count > 0, attribute.VersionValues.Count > 0,
        ];
        switch (set.Count(static isSet => isSet))
        {
            case 0:
                errors.Invalid(path, "", "exactly one value must be specified");
                break;
            case 1:
                break;
            default:
                errors.Invalid(path, RawValue.Of(attribute), "exactly one value must be specified");
                break;
        }

        void Text(string name, string? text, bool isVersion)
        {
            if (text is null)
            {
                return;
            }

            if (isVersion && !SemanticVersion.IsMatch(text))
            {
                errors.Invalid(path / name, text, "must be a string compatible with semver.org spec 2.0.0");
            }

            if (text.Length > ValueBytesMax)
            {
                errors.TooLong(path / name, ValueBytesMax);
            }
        }
    }

    private static void Capacity(FieldErrors errors, FieldPath path, DeviceCapacity capacity, bool isShared)
    {
        if (capacity.RequestPolicy is not { } policy)
        {
            return;
        }

        if (!isShared)
        {
            errors.Forbidden(path, "allowMultipleAllocations must be true");
        }
        else if (policy is { ValidValues.Count: > 0, ValidRange: not null })
        {
            errors.Forbidden(path, "exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\" at the same time");
        }
        else if (policy.ValidValues.Count > 0)
        {
            if (policy.Default is { } standard)
            {
                ValidValues(errors, path / "validValues", policy.ValidValues, standard, capacity.Value);
            }
            else
            {
                errors.Required(path / "default", "required when validValues is defined");
            }
        }
        else if (policy.ValidRange is { } range)
        {
            if (policy.Default is { } standard)
            {
                ValidRange(errors, path / "validRange", range, standard, capacity.Value);
            }
            else
            {
                errors.Required(path / "default", "required when validRange is defined");
            }
        }
    }

    private static void ValidValues(FieldErrors errors, FieldPath path, IReadOnlyList<Quantity> values, Quantity standard, Quantity capacity)
    {
        for (var i = 1; i < values.Count; i++)
        {
            if (values[i] < values[i - 1])
            {
                errors.Invalid(path[i], values[i], "values must be sorted in ascending order");
            }
        }

        if (DeviceRules.Fits(errors, path, values, ValidValuesMax))
        {
            for (var i = 0; i < values.Count; i++)
            {
                if (values[i] > capacity)
                {
                    errors.Invalid(path[i], values[i], $"option is larger than capacity value: {capacity}");
                }
            }

            DeviceRules.Unique(errors, path, values, static value => value.WholeValue.ToString(CultureInfo.InvariantCulture));
        }

        if (!values.Any(value => value.Value == standard.Value))
        {
            errors.Invalid(path, standard, "default value is not valid according to the requestPolicy");
        }
    }

    private static void ValidRange(FieldErrors errors, FieldPath path, CapacityRequestPolicyRange range, Quantity standard, Quantity capacity)
    {
        if (range.Min is not { } min)
        {
            errors.Required(path / "min", "required when validRange is defined");
            return;
        }

        If(min > capacity, "min", min, $"min is larger than capacity value: {capacity}");
        If(standard < min, "default", standard, $"default is less than min: {min}");
        if (range.Max is { } max)
        {
            If(min > max, "max", min, $"min is larger than max: {max}");
            If(max > capacity, "max", max, $"max is larger than capacity value: {capacity}");
            If(standard > max, "default", standard, $"default is more than max: {max}");
        }

        if (range.Step is not { } step)
        {
            return;
        }

        If(step.Value <= 0, "step", step, "must be greater than zero");
        if (step.Value > 0)
        {
            If(min + step > capacity, "step", step, $"one step {min + step} is larger than capacity value: {capacity}");
            OnStep(standard);
            if (range.Max is { } last)
            {
                OnStep(last);
            }
        }

        void OnStep(Quantity value) =>
            If(step.WholeValue > 0 && (value.WholeValue - min.WholeValue) % step.WholeValue != 0, "step", value, $"value is not a multiple of a given step ({step}) from ({min})");

        void If(bool isWrong, string name, Quantity value, string detail)
        {
            if (isWrong)
            {
                errors.Invalid(path / name, value, detail);
            }
        }
    }

    // semver.org, version 2.0.0.
    [GeneratedRegex(@"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?\z", RegexOptions.ECMAScript)]
    private static partial Regex SemanticVersion { get; }
}
