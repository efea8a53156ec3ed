using Navarch.Api.Nodes.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Nodes;

/// <summary>A way to run containers, by the name that nodes know it by.</summary>
public sealed class RuntimeClassResource : Resource<RuntimeClass>
{
    public override bool CreatesOnUpdate => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override IReadOnlyList<Column<RuntimeClass>> Columns { get; } =
    [
        Columns<RuntimeClass>.Name,
        Columns<RuntimeClass>.Text("Handler", static value => value.Handler),
        Columns<RuntimeClass>.Age,
    ];

    public override void Validate(RuntimeClass value, FieldErrors errors)
    {
        errors.InvalidIf(Names.LabelProblem(value.Handler), "handler", value.Handler);
        if (value.Overhead is { } overhead)
        {
            ResourceRules.Amounts(errors, FieldPath.Of("overhead") / "podFixed", overhead.PodFixed, ofContainer: true);
        }

        if (value.Scheduling is { } scheduling)
        {
            var path = FieldPath.Of("scheduling");
            errors.Labels(path / "nodeSelector", scheduling.NodeSelector);
            SchedulingValidation.Tolerations(errors, path / "tolerations", scheduling.Tolerations);
            var isRepeated = Repeats.Of(scheduling.Tolerations);
            for (var i = 0; i < scheduling.Tolerations.Count; i++)
            {
                if (isRepeated[i])
                {
                    errors.Duplicate((path / "tolerations")[i], RawValue.Of(scheduling.Tolerations[i]));
                }
            }
        }
    }

    public override void ValidateUpdate(RuntimeClass value, RuntimeClass old, FieldErrors errors) =>
        errors.Unchanged(FieldPath.Of("handler"), value.Handler, old.Handler, static handler => handler);

    public override IEnumerable<string> Warnings(RuntimeClass value) => DeprecatedLabels.OfSelector(value.Scheduling?.NodeSelector.Keys ?? [], "scheduling.nodeSelector");
}
