using System.Globalization;
using Navarch.Api.FlowControl.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.FlowControl;

/// <summary>How much of the server the requests of one importance may use at a time, and how they wait.</summary>
public sealed class PriorityLevelConfigurationResource : Resource<PriorityLevelConfiguration>
{
    private const string ExemptName = "exempt";
    private const int QueuesMax = 10_000_000;

    // Requests are dealt to queues by the bits of one hash.
    private const int HashBitsMax = 60;

    public override bool HasGeneration => true;

    public override bool HasStatus => true;

    public override IReadOnlyList<string> StatusKeeps => ["metadata.annotations", "metadata.finalizers", "metadata.labels", "metadata.ownerReferences"];

    public override IReadOnlyList<Column<PriorityLevelConfiguration>> Columns { get; } =
    [
        Columns<PriorityLevelConfiguration>.Name,
        Columns<PriorityLevelConfiguration>.Text("Type", static value => value.Spec.Type),
        Number("NominalConcurrencyShares", static limited => limited.NominalConcurrencyShares),
        Number("Queues", static limited => limited.LimitResponse.Queuing?.Queues),
        Number("HandSize", static limited => limited.LimitResponse.Queuing?.HandSize),
        Number("QueueLengthLimit", static limited => limited.LimitResponse.Queuing?.QueueLengthLimit),
        Columns<PriorityLevelConfiguration>.Age,
    ];

    public override PriorityLevelConfiguration Default(PriorityLevelConfiguration value) => value with
    {
        Spec = value.Spec with
        {
            Limited = value.Spec.Limited is { } limited
                ? limited with
                {
                    NominalConcurrencyShares = limited.NominalConcurrencyShares ?? 30,
                    LendablePercent = limited.LendablePercent ?? 0,
                    LimitResponse = limited.LimitResponse.Queuing is { } queuing
                        ? limited.LimitResponse with
                        {
                            Queuing = new QueuingConfiguration
                            {
                                HandSize = queuing.HandSize == 0 ? 8 : queuing.HandSize,
                                Queues = queuing.Queues == 0 ? 64 : queuing.Queues,
                                QueueLengthLimit = queuing.QueueLengthLimit == 0 ? 50 : queuing.QueueLengthLimit,
                            },
                        }
                        : limited.LimitResponse,
                }
                : null,
            Exempt = value.Spec.Exempt is { } exempt
                ? new ExemptPriorityLevelConfiguration { NominalConcurrencyShares = exempt.NominalConcurrencyShares ?? 0, LendablePercent = exempt.LendablePercent ?? 0 }
                : null,
        },
    };

    public override PriorityLevelConfiguration PrepareForCreate(PriorityLevelConfiguration value, WriteContext context) => value with { Status = PriorityLevelConfigurationStatus.Empty };

    public override PriorityLevelConfiguration PrepareForUpdate(PriorityLevelConfiguration value, PriorityLevelConfiguration old, WriteContext context) => value with { Status = old.Status };

    public override PriorityLevelConfiguration PrepareForStatusUpdate(PriorityLevelConfiguration value, PriorityLevelConfiguration old, WriteContext context) => value with
    {
        Spec = old.Spec,
        Metadata = old.Metadata with { ResourceVersion = value.Metadata.ResourceVersion, ManagedFields = value.Metadata.ManagedFields },
    };

    public override bool ChangesGeneration(PriorityLevelConfiguration value, PriorityLevelConfiguration old) => value.Spec != old.Spec;

    public override void Validate(PriorityLevelConfiguration value, FieldErrors errors)
    {
        var (path, spec, name) = (FieldPath.Of("spec"), value.Spec, value.Metadata.Name);
        if ((name == ExemptName) != (spec.Type == PriorityLevelEnablement.Exempt))
        {
            errors.Invalid(path / "type", spec.Type, "type must be 'Exempt' if and only if name is 'exempt'");
        }

        switch (spec.Type)
        {
            case PriorityLevelEnablement.Exempt:
                if (spec.Limited is not null)
                {
                    errors.Forbidden(path / "limited", "must be nil if the type is not Limited");
                }

                if (spec.Exempt is { } exempt)
                {
                    Shares(errors, path / "exempt", exempt.NominalConcurrencyShares, exempt.LendablePercent);
                }

                break;
            case PriorityLevelEnablement.Limited:
                if (spec.Exempt is not null)
                {
                    errors.Forbidden(path / "exempt", "must be nil if the type is Limited");
                }

                Limited(errors, path / "limited", spec.Limited);
                break;
            default:
                errors.NotSupported(path / "type", spec.Type, ["Exempt", "Limited"]);
                break;
        }

        if (SuggestedFlows.FindFixedLevel(name) is { } wanted)
        {
            var isFixed = name == ExemptName ? wanted.Spec with { Exempt = null } == spec with { Exempt = null } : wanted.Spec == spec;
            if (!isFixed)
            {
                errors.Invalid(path, RawValue.Of(spec), name == ExemptName ? "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value" : $"spec of '{name}' must equal the fixed value");
            }
        }
    }

    public override void ValidateStatusUpdate(PriorityLevelConfiguration value, PriorityLevelConfiguration old, FieldErrors errors) =>
        FlowRules.ConditionTypes(errors, [.. value.Status.Conditions.Select(static condition => condition.Type)]);

    private static Column<PriorityLevelConfiguration> Number(string name, Func<LimitedPriorityLevelConfiguration, int?> number) =>
        new(name, "string", (value, _) => value.Spec.Limited is { } limited && number(limited) is { } found ? (long)found : Cells.None);

    private static void Shares(FieldErrors errors, FieldPath path, int? shares, int? lendable)
    {
        if (shares < 0)
        {
            errors.Invalid(path / "nominalConcurrencyShares", shares, "must be a non-negative integer");
        }

        if (lendable is < 0 or > 100)
        {
            errors.Invalid(path / "lendablePercent", lendable, "must be between 0 and 100, inclusive");
        }
    }

    private static void Limited(FieldErrors errors, FieldPath path, LimitedPriorityLevelConfiguration? limited)
    {
        if (limited is null)
        {
            errors.Required(path, "must not be empty when type is Limited");
            return;
        }

        Shares(errors, path, limited.NominalConcurrencyShares, limited.LendablePercent);
        if (limited.BorrowingLimitPercent < 0)
        {
            errors.Invalid(path / "borrowingLimitPercent", limited.BorrowingLimitPercent, "if specified, must be a non-negative integer");
        }

        var (response, queuing) = (path / "limitResponse", limited.LimitResponse.Queuing);
        switch (limited.LimitResponse.Type)
        {
            case LimitResponseType.Reject:
                if (queuing is not null)
                {
                    errors.Forbidden(response / "queuing", "must be nil if limited.limitResponse.type is not Limited");
                }

                break;
            case LimitResponseType.Queue:
                Queuing(errors, response / "queuing", queuing);
                break;
            default:
                errors.NotSupported(response / "type", limited.LimitResponse.Type, ["Queue", "Reject"]);
                break;
        }
    }

    private static void Queuing(FieldErrors errors, FieldPath path, QueuingConfiguration? queuing)
    {
        if (queuing is null)
        {
            errors.Required(path, "must not be empty if limited.limitResponse.type is Limited");
            return;
        }

        AtLeastOne("queueLengthLimit", queuing.QueueLengthLimit);
        AtLeastOne("queues", queuing.Queues);
        AtLeastOne("handSize", queuing.HandSize);
        if (queuing.Queues > QueuesMax)
        {
            errors.Invalid(path / "queues", queuing.Queues, "must not be greater than 10000000");
        }

        if (queuing.HandSize > queuing.Queues)
        {
            errors.Invalid(path / "handSize", queuing.HandSize, string.Create(CultureInfo.InvariantCulture, $"should not be greater than queues ({queuing.Queues})"));
        }
        else if (BitsToDeal(queuing.Queues, queuing.HandSize) > HashBitsMax)
        {
            errors.Invalid(path / "handSize", queuing.HandSize, string.Create(
                CultureInfo.InvariantCulture, $"required entropy bits of deckSize {queuing.Queues} and handSize {queuing.HandSize} should not be greater than {HashBitsMax}"));
        }

        void AtLeastOne(string name, int value)
        {
            if (value <= 0)
            {
                errors.Invalid(path / name, value, "must be positive");
            }
        }
    }

    /// <summary>Bits that choose a hand of so many cards from a deck, one card after the other.</summary>
    private static int BitsToDeal(int deck, int hand)
    {
        var bits = 0.0;
        for (var i = 0; i < hand && bits <= HashBitsMax; i++)
        {
            bits += Math.Log2(deck - i);
        }

        return (int)Math.Ceiling(bits);
    }
}
