using Navarch.Api.FlowControl.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.FlowControl;

/// <summary>Which requests belong together, and at which priority level they are served.</summary>
public sealed class FlowSchemaResource : Resource<FlowSchema>
{
    private const int PrecedenceMax = 10_000;

    public override bool HasGeneration => true;

    public override bool HasStatus => true;

    public override IReadOnlyList<string> StatusKeeps => ["metadata.annotations", "metadata.finalizers", "metadata.labels", "metadata.ownerReferences"];

    public override IReadOnlyList<Column<FlowSchema>> Columns { get; } =
    [
        Columns<FlowSchema>.Name,
        Columns<FlowSchema>.Text("PriorityLevel", static value => value.Spec.PriorityLevelConfiguration.Name),
        Columns<FlowSchema>.Count("MatchingPrecedence", static value => value.Spec.MatchingPrecedence),
        Columns<FlowSchema>.Text("DistinguisherMethod", static value => Cells.OrNone(value.Spec.DistinguisherMethod?.Type)),
        Columns<FlowSchema>.Age,
        Columns<FlowSchema>.Text("MissingPL", static value => value.Status.Conditions.FirstOrDefault(static condition => condition.Type == "Dangling")?.Status ?? "?"),
    ];

    public override FlowSchema Default(FlowSchema value) =>
        value.Spec.MatchingPrecedence == 0 ? value with { Spec = value.Spec with { MatchingPrecedence = 1000 } } : value;

    public override FlowSchema PrepareForCreate(FlowSchema value, WriteContext context) => value with { Status = FlowSchemaStatus.Empty };

    public override FlowSchema PrepareForUpdate(FlowSchema value, FlowSchema old, WriteContext context) => value with { Status = old.Status };

    public override FlowSchema PrepareForStatusUpdate(FlowSchema value, FlowSchema old, WriteContext context) => value with
    {
        Spec = old.Spec,
        Metadata = old.Metadata with { ResourceVersion = value.Metadata.ResourceVersion, ManagedFields = value.Metadata.ManagedFields },
    };

    public override bool ChangesGeneration(FlowSchema value, FlowSchema old) => value.Spec != old.Spec;

    public override void Validate(FlowSchema value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        if (spec.MatchingPrecedence <= 0)
        {
            errors.Invalid(path / "matchingPrecedence", spec.MatchingPrecedence, "must be a positive value");
        }

        if (spec.MatchingPrecedence > PrecedenceMax)
        {
            errors.Invalid(path / "matchingPrecedence", spec.MatchingPrecedence, "must not be greater than 10000");
        }

        if (spec.MatchingPrecedence == 1 && value.Metadata.Name != "exempt")
        {
            errors.Invalid(path / "matchingPrecedence", spec.MatchingPrecedence, "only the schema named 'exempt' may have matchingPrecedence 1");
        }

        if (spec.DistinguisherMethod is { Type: not (FlowDistinguisherMethodType.FlowDistinguisherMethodByNamespaceType or FlowDistinguisherMethodType.FlowDistinguisherMethodByUserType) } method)
        {
            errors.NotSupported(path / "distinguisherMethod" / "type", RawValue.Of(method), ["ByNamespace", "ByUser"]);
        }

        var level = path / "priorityLevelConfiguration" / "name";
        if (spec.PriorityLevelConfiguration.Name.Length == 0)
        {
            errors.Required(level, "must reference a priority level");
        }
        else
        {
            errors.InvalidIf(Names.SubdomainProblem(spec.PriorityLevelConfiguration.Name), level, spec.PriorityLevelConfiguration.Name);
        }

        for (var i = 0; i < spec.Rules.Count; i++)
        {
            FlowRules.Validate(errors, (path / "rules")[i], spec.Rules[i]);
        }

        if (SuggestedFlows.FindFixed(value.Metadata.Name) is { } wanted && wanted.Spec != spec)
        {
            errors.Invalid(path, RawValue.Of(spec), $"spec of '{value.Metadata.Name}' must equal the fixed value");
        }
    }

    public override void ValidateStatusUpdate(FlowSchema value, FlowSchema old, FieldErrors errors) =>
        FlowRules.ConditionTypes(errors, [.. value.Status.Conditions.Select(static condition => condition.Type)]);
}
