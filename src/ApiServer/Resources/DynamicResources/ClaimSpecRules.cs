using Navarch.Api.DynamicResources.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.DynamicResources;

/// <summary>What a claim, or a template for claims, may ask for.</summary>
internal static class ClaimSpecRules
{
    private const int AlternativesMax = 8;

    public static ResourceClaimSpec Default(ResourceClaimSpec spec) => spec with
    {
        Devices = spec.Devices with
        {
            Requests = PodTemplateDefaults.Each(spec.Devices.Requests, static request => request with
            {
                Exactly = request.Exactly is { } exactly
                    ? exactly with { AllocationMode = Mode(exactly.AllocationMode), Count = Count(exactly.AllocationMode, exactly.Count), Tolerations = Default(exactly.Tolerations) }
                    : null,
                FirstAvailable = PodTemplateDefaults.Each(request.FirstAvailable, static choice =>
                    choice with { AllocationMode = Mode(choice.AllocationMode), Count = Count(choice.AllocationMode, choice.Count), Tolerations = Default(choice.Tolerations) }),
            }),
        },
    };

    public static void Validate(FieldErrors errors, FieldPath path, ResourceClaimSpec spec)
    {
        var (at, claim) = (path / "devices", spec.Devices);
        if (DeviceRules.Fits(errors, at / "requests", claim.Requests, DeviceRules.ListMax))
        {
            for (var i = 0; i < claim.Requests.Count; i++)
            {
                Request(errors, (at / "requests")[i], claim.Requests[i]);
            }

            DeviceRules.Unique(errors, at / "requests", claim.Requests, static request => request.Name);
        }

        var names = RequestNames(spec);
        if (DeviceRules.Fits(errors, at / "constraints", claim.Constraints, DeviceRules.ListMax))
        {
            for (var i = 0; i < claim.Constraints.Count; i++)
            {
                Constraint(errors, (at / "constraints")[i], claim.Constraints[i], names);
            }
        }

        if (DeviceRules.Fits(errors, at / "config", claim.Config, DeviceRules.ListMax))
        {
            for (var i = 0; i < claim.Config.Count; i++)
            {
                var config = (at / "config")[i];
                References(errors, config / "requests", claim.Config[i].Requests, names);
                DeviceRules.Configuration(errors, config, claim.Config[i].Opaque);
            }
        }
    }

    /// <summary>Everything a reference to a request may say: the request, or one of its alternatives.</summary>
    public static HashSet<string> RequestNames(ResourceClaimSpec spec)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var request in spec.Devices.Requests)
        {
            names.Add(request.Name);
            foreach (var choice in request.FirstAvailable)
            {
                names.Add($"{request.Name}/{choice.Name}");
            }
        }

        return names;
    }

    public static void Reference(FieldErrors errors, FieldPath path, string reference, HashSet<string> names)
    {
        const string Unknown = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
        var segments = reference.Split('/');
        if (segments.Length > 2)
        {
            errors.Invalid(path, reference, Unknown);
            return;
        }

        foreach (var segment in segments)
        {
            errors.InvalidIf(Names.LabelProblem(segment), path, segment);
        }

        if (!names.Contains(reference))
        {
            errors.Invalid(path, reference, Unknown);
        }
    }

    public static void References(FieldErrors errors, FieldPath path, IReadOnlyList<string> references, HashSet<string> names)
    {
        if (!DeviceRules.Fits(errors, path, references, DeviceRules.ListMax))
        {
            return;
        }

        for (var i = 0; i < references.Count; i++)
        {
            Reference(errors, path[i], references[i], names);
        }

        DeviceRules.Unique(errors, path, references, static reference => reference);
    }

    private static string Mode(string mode) => mode.Length == 0 ? DeviceAllocationMode.ExactCount : mode;

    private static long Count(string mode, long count) => Mode(mode) == DeviceAllocationMode.ExactCount && count == 0 ? 1 : count;

    private static IReadOnlyList<DeviceToleration> Default(IReadOnlyList<DeviceToleration> tolerations) => PodTemplateDefaults.Each(
        tolerations, static toleration => toleration.Operator.Length == 0 ? toleration with { Operator = DeviceTolerationOperator.DeviceTolerationOpEqual } : toleration);

    private static void Request(FieldErrors errors, FieldPath path, DeviceRequest request)
    {
        errors.InvalidIf(Names.LabelProblem(request.Name), path / "name", request.Name);
        switch (request)
        {
            case { Exactly: null, FirstAvailable.Count: 0 }:
                errors.Required(path, "exactly one of `exactly` or `firstAvailable` is required");
                break;
            case { Exactly: not null, FirstAvailable.Count: > 0 }:
                errors.Invalid(path, null, "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set");
                break;
            case { Exactly: { } exactly }:
                Exactly(errors, path / "exactly", exactly);
                break;
            default:
                if (DeviceRules.Fits(errors, path / "firstAvailable", request.FirstAvailable, AlternativesMax))
                {
                    for (var i = 0; i < request.FirstAvailable.Count; i++)
                    {
                        var (at, choice) = ((path / "firstAvailable")[i], request.FirstAvailable[i]);
                        errors.InvalidIf(Names.LabelProblem(choice.Name), at / "name", choice.Name);
                        Exactly(errors, at, new ExactDeviceRequest
                        {
                            DeviceClassName = choice.DeviceClassName,
                            Selectors = choice.Selectors,
                            AllocationMode = choice.AllocationMode,
                            Count = choice.Count,
                            Tolerations = choice.Tolerations,
                        });
                    }

                    DeviceRules.Unique(errors, path / "firstAvailable", request.FirstAvailable, static choice => choice.Name);
                }

                break;
        }
    }

    private static void Exactly(FieldErrors errors, FieldPath path, ExactDeviceRequest request)
    {
        const int TolerationsMax = 16;
        errors.RequiredSubdomain(path, "deviceClassName", request.DeviceClassName);
        DeviceRules.Selectors(errors, path / "selectors", request.Selectors);
        switch (request.AllocationMode)
        {
            case DeviceAllocationMode.All:
                if (request.Count != 0)
                {
                    errors.Invalid(path / "count", request.Count, "must not be specified when allocationMode is 'All'");
                }

                break;
            case DeviceAllocationMode.ExactCount:
                if (request.Count <= 0)
                {
                    errors.Invalid(path / "count", request.Count, "must be greater than zero");
                }

                break;
            default:
                errors.NotSupported(path / "allocationMode", request.AllocationMode, [DeviceAllocationMode.All, DeviceAllocationMode.ExactCount]);
                break;
        }

        if (DeviceRules.Fits(errors, path / "tolerations", request.Tolerations, TolerationsMax))
        {
            DeviceRules.Tolerations(errors, path / "tolerations", request.Tolerations);
        }
    }

    private static void Constraint(FieldErrors errors, FieldPath path, DeviceConstraint constraint, HashSet<string> names)
    {
        References(errors, path / "requests", constraint.Requests, names);
        if (constraint.MatchAttribute is { } match)
        {
            DeviceRules.FullyQualifiedName(errors, path / "matchAttribute", match);
        }
        else if (constraint.DistinctAttribute is { } distinct)
        {
            DeviceRules.FullyQualifiedName(errors, path / "distinctAttribute", distinct);
        }
        else
        {
            errors.Required(path, "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set");
        }
    }
}
