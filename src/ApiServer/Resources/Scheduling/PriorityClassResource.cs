using System.Globalization;
using Navarch.Api.Scheduling.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Scheduling;

/// <summary>A name for how important pods are.</summary>
public sealed class PriorityClassResource : Resource<PriorityClass>
{
    private const int ValueMax = 1_000_000_000;
    private const string SystemPrefix = "system-";

    private static readonly Dictionary<string, int> SystemClasses = new(StringComparer.Ordinal)
    {
        ["system-cluster-critical"] = 2_000_000_000,
        ["system-node-critical"] = 2_000_001_000,
    };

    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<PriorityClass>> Columns { get; } =
    [
        Columns<PriorityClass>.Name,
        Columns<PriorityClass>.Integer("Value", static value => value.Value),
        new("Global-Default", "boolean", static (value, _) => value.GlobalDefault),
        Columns<PriorityClass>.Age,
        Columns<PriorityClass>.Text("PreemptionPolicy", static value => value.PreemptionPolicy ?? ""),
    ];

    public override PriorityClass Default(PriorityClass value) => value with { PreemptionPolicy = value.PreemptionPolicy ?? "PreemptLowerPriority" };

    public override void Validate(PriorityClass value, FieldErrors errors)
    {
        var name = value.Metadata.Name;
        if (name.StartsWith(SystemPrefix, StringComparison.Ordinal))
        {
            if (!SystemClasses.TryGetValue(name, out var wanted))
            {
                errors.Forbidden("metadata.name", $"priority class names with 'system-' prefix are reserved for system use only. error: {name} is not a known system priority class");
            }
            else if (value.Value != wanted || value.GlobalDefault)
            {
                errors.Forbidden("metadata.name", string.Create(CultureInfo.InvariantCulture, $"priority class names with 'system-' prefix are reserved for system use only. error: value of {name} PriorityClass must be {wanted}"));
            }
        }
        else if (value.Value > ValueMax)
        {
            errors.Forbidden("value", string.Create(CultureInfo.InvariantCulture, $"maximum allowed value of a user defined priority is {ValueMax}"));
        }

        if (value.PreemptionPolicy is { } policy)
        {
            if (policy is not ("Never" or "PreemptLowerPriority"))
            {
                errors.NotSupported("preemptionPolicy", policy, ["Never", "PreemptLowerPriority"]);
            }
        }
    }

    public override void ValidateUpdate(PriorityClass value, PriorityClass old, FieldErrors errors)
    {
        if (value.Value != old.Value)
        {
            errors.Forbidden("value", "may not be changed in an update.");
        }

        errors.Unchanged(FieldPath.Of("preemptionPolicy"), value.PreemptionPolicy, old.PreemptionPolicy, static policy => policy);
    }
}
