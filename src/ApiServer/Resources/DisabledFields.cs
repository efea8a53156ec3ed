using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Batch.V1;
using Navarch.Api.Coordination.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Storage.V1;

namespace Navarch.ApiServer.Resources;

/// <summary>
/// Fields of features that v1.36 has but leaves off. What a client writes into them is dropped, unless the stored object
/// has the field already, so that such objects can still be updated.
/// </summary>
internal static class DisabledFields
{
    public static IResource Drop(IResource value, IResource? old) => value switch
    {
        Pod pod => With(pod.Spec, (old as Pod)?.Spec, pod, static (it, spec) => it with { Spec = spec }),
        PodTemplate item => OfTemplate(item.Template, (old as PodTemplate)?.Template, item, static (it, template) => it with { Template = template }),
        ReplicationController { Spec.Template: { } template } item => OfTemplate(template, (old as ReplicationController)?.Spec.Template, item, static (it, changed) => it with { Spec = it.Spec with { Template = changed } }),
        Deployment item => OfTemplate(item.Spec.Template, (old as Deployment)?.Spec.Template, item, static (it, template) => it with { Spec = it.Spec with { Template = template } }),
        ReplicaSet item => OfTemplate(item.Spec.Template, (old as ReplicaSet)?.Spec.Template, item, static (it, template) => it with { Spec = it.Spec with { Template = template } }),
        StatefulSet item => OfTemplate(item.Spec.Template, (old as StatefulSet)?.Spec.Template, item, static (it, template) => it with { Spec = it.Spec with { Template = template } }),
        DaemonSet item => OfTemplate(item.Spec.Template, (old as DaemonSet)?.Spec.Template, item, static (it, template) => it with { Spec = it.Spec with { Template = template } }),
        Job item => OfTemplate(item.Spec.Template, (old as Job)?.Spec.Template, item, static (it, template) => it with { Spec = it.Spec with { Template = template } }),
        CronJob item => OfTemplate(item.Spec.JobTemplate.Spec.Template, (old as CronJob)?.Spec.JobTemplate.Spec.Template, item, static (it, template) =>
            it with { Spec = it.Spec with { JobTemplate = it.Spec.JobTemplate with { Spec = it.Spec.JobTemplate.Spec with { Template = template } } } }),
        PersistentVolumeClaim claim => Of(claim, old as PersistentVolumeClaim),
        Lease lease => Of(lease, old as Lease),
        CSIDriver { Spec.PreventPodSchedulingIfMissing: not null } driver when (old as CSIDriver)?.Spec.PreventPodSchedulingIfMissing is null =>
            driver with { Spec = driver.Spec with { PreventPodSchedulingIfMissing = null } },
        _ => value,
    };

    private static T OfTemplate<T>(PodTemplateSpec template, PodTemplateSpec? old, T value, Func<T, PodTemplateSpec, T> change) =>
        With(template.Spec, old?.Spec, value, (it, spec) => change(it, template with { Spec = spec }));

    private static T With<T>(PodSpec spec, PodSpec? old, T value, Func<T, PodSpec, T> change)
    {
        var changed = Of(spec, old);
        return ReferenceEquals(changed, spec) ? value : change(value, changed);
    }

    private static PodSpec Of(PodSpec spec, PodSpec? old)
    {
        if (spec.SchedulingGroup is not null && old?.SchedulingGroup is null)
        {
            spec = spec with { SchedulingGroup = null };
        }

        if (HasSignals(spec) && (old is null || !HasSignals(old)))
        {
            spec = spec with { Containers = WithoutSignals(spec.Containers), InitContainers = WithoutSignals(spec.InitContainers) };
        }

        if (HasSources(spec) && (old is null || !HasSources(old)))
        {
            spec = spec with { Volumes = [.. spec.Volumes.Select(WithoutSources)] };
        }

        return spec;
    }

    private static bool HasSignals(PodSpec spec) => spec.Containers.Any(HasSignal) || spec.InitContainers.Any(HasSignal);

    private static bool HasSignal(Container container) => container.Lifecycle?.StopSignal is not null;

    private static Container[] WithoutSignals(IReadOnlyList<Container> containers) =>
        [.. containers.Select(static container => HasSignal(container) ? container with { Lifecycle = Rest(container.Lifecycle! with { StopSignal = null }) } : container)];

    private static Lifecycle? Rest(Lifecycle lifecycle) => lifecycle == Lifecycle.Empty ? null : lifecycle;

    private static bool HasSources(PodSpec spec) => spec.Volumes.Any(static volume => volume.Projected?.Sources.Any(IsOff) == true);

    private static bool IsOff(VolumeProjection source) => source.ClusterTrustBundle is not null || source.PodCertificate is not null;

    private static Volume WithoutSources(Volume volume) => volume.Projected is { } projected && projected.Sources.Any(IsOff)
        ? volume with { Projected = projected with { Sources = [.. projected.Sources.Select(static source => source with { ClusterTrustBundle = null, PodCertificate = null })] } }
        : volume;

    private static PersistentVolumeClaim Of(PersistentVolumeClaim claim, PersistentVolumeClaim? old) =>
        claim.Spec.DataSourceRef is { Namespace: not null } reference && old?.Spec.DataSourceRef?.Namespace is null
            ? claim with { Spec = claim.Spec with { DataSourceRef = reference with { Namespace = null } } }
            : claim;

    // Leases are written more often than anything else: most have nothing to drop.
    private static Lease Of(Lease lease, Lease? old) => lease.Spec is { Strategy: null, PreferredHolder: null } ? lease : lease with
    {
        Spec = lease.Spec with
        {
            Strategy = old?.Spec.Strategy is null ? null : lease.Spec.Strategy,
            PreferredHolder = old?.Spec.PreferredHolder is null ? null : lease.Spec.PreferredHolder,
        },
    };
}
