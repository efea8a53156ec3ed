using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Pods;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>A group of containers that run together on one node.</summary>
public sealed class PodResource : Resource<Pod>
{
    public override bool HasStatus => true;

    public override IReadOnlyList<string> StatusKeeps => ["metadata.ownerReferences", "metadata.deletionTimestamp"];

    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<Pod>> Columns => PodColumns.All;

    public override IReadOnlyDictionary<string, Func<Pod, string>> SelectableFields { get; } = new Dictionary<string, Func<Pod, string>>
    {
        ["spec.nodeName"] = static pod => pod.Spec.NodeName,
        ["spec.restartPolicy"] = static pod => pod.Spec.RestartPolicy,
        ["spec.schedulerName"] = static pod => pod.Spec.SchedulerName,
        ["spec.serviceAccountName"] = static pod => pod.Spec.ServiceAccountName,
        ["spec.hostNetwork"] = static pod => pod.Spec.HostNetwork ? "true" : "false",
        ["spec.host"] = static pod => pod.Spec.NodeName,
        ["status.phase"] = static pod => pod.Status.Phase,
        ["status.podIP"] = static pod => pod.Status.PodIPs.Count > 0 ? pod.Status.PodIPs[0].IP : "",
        ["status.podIPs"] = static _ => "",
        ["status.nominatedNodeName"] = static pod => pod.Status.NominatedNodeName,
    };

    public override Pod Default(Pod value) => value with { Spec = PodTemplateDefaults.Spec(value.Spec, isPod: true) };

    public override Pod PrepareForCreate(Pod value, WriteContext context) => value with
    {
        Status = new PodStatus
        {
            Phase = PodPhase.PodPending,
            QOSClass = PodQuality.Of(value.Spec),
            Conditions = value.Spec.SchedulingGates.Count == 0 ? [] :
            [
                new PodCondition
                {
                    Type = PodConditionType.PodScheduled,
                    Status = ConditionStatus.ConditionFalse,
                    Reason = "SchedulingGated",
                    Message = "Scheduling is blocked due to non-empty scheduling gates",
                    LastTransitionTime = context.Now,
                },
            ],
        },
    };

    public override Pod PrepareForUpdate(Pod value, Pod old, WriteContext context)
    {
        var status = old.Status;

        // The last gate gone, nothing says any longer that the pod waits for gates.
        if (old.Spec.SchedulingGates.Count > 0 && value.Spec.SchedulingGates.Count == 0)
        {
            status = status with { Conditions = [.. status.Conditions.Where(condition => condition is not { Type: PodConditionType.PodScheduled, Reason: "SchedulingGated" })] };
        }

        return value with { Status = status, Spec = value.Spec with { EphemeralContainers = old.Spec.EphemeralContainers } };
    }

    public override Pod PrepareForStatusUpdate(Pod value, Pod old, WriteContext context) => value with
    {
        Spec = old.Spec,
        Metadata = value.Metadata with { OwnerReferences = old.Metadata.OwnerReferences, DeletionTimestamp = old.Metadata.DeletionTimestamp },
    };

    /// <summary>Keeps everything but the ephemeral containers as it was: the rule of their own subresource.</summary>
    public static Pod PrepareForEphemeralUpdate(Pod value, Pod old) => old with
    {
        Metadata = old.Metadata with { ResourceVersion = value.Metadata.ResourceVersion, ManagedFields = value.Metadata.ManagedFields },
        Spec = old.Spec with { EphemeralContainers = PodTemplateDefaults.Each(value.Spec.EphemeralContainers, PodTemplateDefaults.Ephemeral) },
    };

    public override bool ChangesGeneration(Pod value, Pod old) => value.Spec != old.Spec;

    public override void Validate(Pod value, FieldErrors errors)
    {
        var spec = FieldPath.Of("spec");
        PodSpecValidation.Spec(errors, spec, value.Spec, value.Metadata, isTemplate: false);
        if (value.Metadata.Annotations.ContainsKey("kubernetes.io/config.mirror") && value.Spec.NodeName.Length == 0)
        {
            errors.Invalid((FieldPath.Of("metadata") / "annotations")["kubernetes.io/config.mirror"], "", "must set spec.nodeName if mirror pod annotation is set");
        }
    }

    public override void ValidateCreate(Pod value, FieldErrors errors)
    {
        var spec = FieldPath.Of("spec");
        if (value.Spec.EphemeralContainers.Count > 0)
        {
            errors.Forbidden(spec / "ephemeralContainers", "cannot be set on create");
        }

        if (value.Spec.SchedulingGates.Count > 0 && value.Spec.NodeName.Length > 0)
        {
            errors.Forbidden(spec / "nodeName", "cannot be set until all schedulingGates have been cleared");
        }
    }

    public override void ValidateUpdate(Pod value, Pod old, FieldErrors errors) => PodUpdateValidation.Main(errors, value, old);

    public override void ValidateStatusUpdate(Pod value, Pod old, FieldErrors errors) => PodUpdateValidation.Status(errors, value, old);

    /// <summary>The rules of the ephemeralcontainers subresource.</summary>
    public void ValidateEphemeralUpdate(Pod value, Pod old, FieldErrors errors)
    {
        Validate(value, errors);
        PodUpdateValidation.Ephemeral(errors, value, old);
    }

    public override IEnumerable<string> Warnings(Pod value) => 
        PodWarnings.OfName(value.Metadata.Name, "the Pod's hostname").Concat(PodWarnings.OfPod(value));
}
