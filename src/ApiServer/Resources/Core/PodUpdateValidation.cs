using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>What of a pod may change once it exists: hardly anything, since its containers are made from it.</summary>
internal static class PodUpdateValidation
{
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";
    private const string ImmutableForm =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public static void Main(FieldErrors errors, Pod pod, Pod old)
    {
        var spec = FieldPath.Of("spec");
        if (pod.Metadata.Annotations.Find(MirrorAnnotation) != old.Metadata.Annotations.Find(MirrorAnnotation))
        {
            errors.Forbidden((FieldPath.Of("metadata") / "annotations")[MirrorAnnotation], "may not add, remove or update mirror pod annotation");
        }

        if (pod.Spec.Containers.Count != old.Spec.Containers.Count)
        {
            errors.Forbidden(spec / "containers", "pod updates may not add or remove containers");
            return;
        }

        if (pod.Spec.InitContainers.Count != old.Spec.InitContainers.Count)
        {
            errors.Forbidden(spec / "initContainers", "pod updates may not add or remove containers");
            return;
        }

        Deadline(errors, spec / "activeDeadlineSeconds", pod.Spec.ActiveDeadlineSeconds, old.Spec.ActiveDeadlineSeconds);
        if (!OnlyAdds(pod.Spec.Tolerations, old.Spec.Tolerations))
        {
            errors.Forbidden(spec / "tolerations", "existing toleration can not be modified except its tolerationSeconds");
        }

        var isGated = old.Spec.SchedulingGates.Count > 0;
        if (pod.Spec.SchedulingGates.Except(old.Spec.SchedulingGates).FirstOrDefault() is { } added)
        {
            errors.Forbidden(spec / "schedulingGates", $"only deletion is allowed, but found new scheduling gate '{added.Name}'");
        }

        var allowed = WithChangesOf(old.Spec, pod.Spec);
        if (isGated)
        {
            allowed = WhileGated(errors, spec, allowed, pod.Spec, old.Spec);
        }

        if (allowed != pod.Spec)
        {
            errors.Forbidden(spec, ImmutableForm);
        }
    }

    public static void Status(FieldErrors errors, Pod pod, Pod old)
    {
        var status = FieldPath.Of("status");
        if (pod.Spec.NodeName != old.Spec.NodeName)
        {
            errors.Forbidden(status / "nodeName", "may not be changed directly");
        }

        errors.Subdomain(status, "nominatedNodeName", pod.Status.NominatedNodeName);
        if (old.Status.QOSClass.Length > 0 && pod.Status.QOSClass != old.Status.QOSClass)
        {
            errors.Invalid(status / "qosClass", pod.Status.QOSClass, CommonRules.Immutable);
        }

        for (var i = 0; i < pod.Status.Conditions.Count; i++)
        {
            errors.QualifiedName((status / "conditions")[i] / "type", pod.Status.Conditions[i].Type);
            errors.AtLeastZero((status / "conditions")[i], "observedGeneration", pod.Status.Conditions[i].ObservedGeneration);
        }

        Addresses(errors, status / "podIPs", [.. pod.Status.PodIPs.Select(static one => one.IP)]);
        Addresses(errors, status / "hostIPs", [.. pod.Status.HostIPs.Select(static one => one.IP)]);
        Claims(errors, status / "resourceClaimStatuses", pod);

        if (pod.Status.HostIPs.Count > 0 && pod.Status.HostIP != pod.Status.HostIPs[0].IP)
        {
            errors.Invalid(status / "hostIPs[0].ip", pod.Status.HostIPs[0].IP, "must be equal to `hostIP`");
        }

        if (pod.Spec.RestartPolicy == RestartPolicy.Always)
        {
            return;
        }

        Ended(errors, status / "containerStatuses", pod.Status.ContainerStatuses, old.Status.ContainerStatuses, pod.Spec, pod.Spec.Containers);
        Ended(errors, status / "initContainerStatuses", pod.Status.InitContainerStatuses, old.Status.InitContainerStatuses, pod.Spec, pod.Spec.InitContainers);
    }

    private static void Addresses(FieldErrors errors, FieldPath path, IReadOnlyList<string> addresses)
    {
        for (var i = 0; i < addresses.Count; i++)
        {
            errors.IP(path[i], addresses[i]);
        }

        if (addresses.Count > 2 || (addresses.Count == 2 && addresses[0].Contains(':') == addresses[1].Contains(':')))
        {
            errors.Invalid(path, RawValue.Of(addresses), "may specify no more than one IP for each IP family");
        }

        if (addresses.Count == 2 && addresses[0] == addresses[1])
        {
            errors.Duplicate(path[1], addresses[1]);
        }
    }

    private static void Claims(FieldErrors errors, FieldPath path, Pod pod)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < pod.Status.ResourceClaimStatuses.Count; i++)
        {
            var claim = pod.Status.ResourceClaimStatuses[i];
            if (pod.Spec.ResourceClaims.All(wanted => wanted.Name != claim.Name))
            {
                errors.Invalid(path[i] / "name", claim.Name, "must match the name of an entry in `spec.resourceClaims`");
            }

            if (!names.Add(claim.Name))
            {
                errors.Duplicate(path[i] / "name", claim.Name);
            }

            errors.Subdomain(path[i], "resourceClaimName", claim.ResourceClaimName);
        }
    }

    public static void Ephemeral(FieldErrors errors, Pod pod, Pod old)
    {
        var path = FieldPath.Of("spec") / "ephemeralContainers";
        if (pod.Metadata.Annotations.ContainsKey(MirrorAnnotation))
        {
            errors.Forbidden(FieldPath.Of("spec"), "static pods do not support ephemeral containers");
        }

        var now = pod.Spec.EphemeralContainers.DistinctBy(static container => container.Name).ToDictionary(static container => container.Name, StringComparer.Ordinal);
        foreach (var before in old.Spec.EphemeralContainers)
        {
            if (!now.TryGetValue(before.Name, out var after))
            {
                errors.Forbidden(path, $"existing ephemeral containers \"{before.Name}\" may not be removed");
            }
            else if (after != before)
            {
                errors.Forbidden(path, $"existing ephemeral containers \"{before.Name}\" may not be changed");
            }
        }
    }

    /// <summary>The old specification with what an update may always change.</summary>
    private static PodSpec WithChangesOf(PodSpec old, PodSpec changed) => old with
    {
        Containers = Images(old.Containers, changed.Containers),
        InitContainers = Images(old.InitContainers, changed.InitContainers),
        ActiveDeadlineSeconds = changed.ActiveDeadlineSeconds,
        Tolerations = changed.Tolerations,
        SchedulingGates = changed.SchedulingGates,
        TerminationGracePeriodSeconds = old.TerminationGracePeriodSeconds < 0 ? changed.TerminationGracePeriodSeconds : old.TerminationGracePeriodSeconds,
    };

    private static Container[] Images(IReadOnlyList<Container> old, IReadOnlyList<Container> changed) =>
        [.. old.Zip(changed, (before, after) => before with { Image = after.Image })];

    private static PodSpec WhileGated(FieldErrors errors, FieldPath path, PodSpec allowed, PodSpec spec, PodSpec old)
    {
        if (old.NodeSelector.Any(label => spec.NodeSelector.Find(label.Key) != label.Value))
        {
            errors.Invalid(path / "nodeSelector", RawValue.Of(spec.NodeSelector), "only additions to spec.nodeSelector are allowed");
        }

        var (after, before) = (spec.Affinity?.NodeAffinity, old.Affinity?.NodeAffinity);
        if (before?.RequiredDuringSchedulingIgnoredDuringExecution is { } required)
        {
            var terms = after?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? [];
            var onlyAdds = terms.Count == required.NodeSelectorTerms.Count && terms.Zip(required.NodeSelectorTerms).All(pair =>
                pair.Second.MatchExpressions.All(pair.First.MatchExpressions.Contains) && pair.Second.MatchFields.All(pair.First.MatchFields.Contains));
            if (!onlyAdds)
            {
                errors.Invalid(
                    path / "affinity" / "nodeAffinity" / "requiredDuringSchedulingIgnoredDuringExecution" / "nodeSelectorTerms",
                    RawValue.Of(after?.RequiredDuringSchedulingIgnoredDuringExecution),
                    "only additions are allowed, i.e. existing nodeSelectorTerms must not be changed, only new requirements may be added");
            }
        }

        return allowed with
        {
            NodeSelector = spec.NodeSelector,
            Affinity = (spec.Affinity, old.Affinity) switch
            {
                (null, _) => null,
                ({ } affinity, _) => (old.Affinity ?? Affinity.Empty) with { NodeAffinity = affinity.NodeAffinity },
            },
        };
    }

    private static void Deadline(FieldErrors errors, FieldPath path, long? deadline, long? old)
    {
        if (deadline is null)
        {
            if (old is not null)
            {
                errors.Invalid(path, null, "must not update from a positive integer to nil value");
            }
        }
        else if (deadline > old)
        {
            errors.Invalid(path, deadline, "must be less than or equal to previous value");
        }
    }

    private static bool OnlyAdds(IReadOnlyList<Toleration> tolerations, IReadOnlyList<Toleration> old) =>
        old.Select(Endless).ToHashSet().IsSubsetOf(tolerations.Select(Endless));

    private static Toleration Endless(Toleration toleration) => toleration with { TolerationSeconds = null };

    private static void Ended(
        FieldErrors errors, FieldPath path, IReadOnlyList<ContainerStatus> statuses, IReadOnlyList<ContainerStatus> old, PodSpec spec, IReadOnlyList<Container> containers)
    {
        foreach (var before in old)
        {
            if (before.State.Terminated is not { } ended || (ended.ExitCode != 0 && spec.RestartPolicy == RestartPolicy.OnFailure)
                || containers.Any(container => container.Name == before.Name && (container.RestartPolicy is not null || container.RestartPolicyRules.Count > 0)))
            {
                continue;
            }

            for (var i = 0; i < statuses.Count; i++)
            {
                if (statuses[i].Name == before.Name && statuses[i].State.Terminated is null)
                {
                    errors.Forbidden(path[i] / "state", "may not be transitioned to non-terminated state");
                }
            }
        }
    }
}
