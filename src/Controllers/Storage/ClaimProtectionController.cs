using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Lets a deleted claim go when no pod uses it any more: taking a volume from under a running pod loses data.</summary>
public sealed class ClaimProtectionController(Informer<PersistentVolumeClaim> claims, Informer<Pod> pods, IClient client) : IReconciler
{
    private const string Finalizer = "kubernetes.io/pvc-protection";

    public string Name => "persistentvolumeclaim-protection";

    public IEnumerable<Trigger> Triggers => [Trigger.On(claims), Trigger.On(pods, ClaimsOf)];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!claims.TryGet(key, out var claim))
        {
            return ReconcileResult.Done;
        }

        var isProtected = claim.Metadata.Finalizers.Contains(Finalizer);
        if (claim.Metadata.DeletionTimestamp is null && !isProtected)
        {
            await client.UpdateAsync(claim with { Metadata = claim.Metadata with { Finalizers = [.. claim.Metadata.Finalizers, Finalizer] } }, ct);
        }
        else if (claim.Metadata.DeletionTimestamp is not null && isProtected && !pods.List(key.Namespace).Any(pod => Uses(pod, key.Name)))
        {
            await client.UpdateAsync(claim with { Metadata = claim.Metadata with { Finalizers = [.. claim.Metadata.Finalizers.Where(static one => one != Finalizer)] } }, ct);
        }

        return ReconcileResult.Done;
    }

    // A pod that has no node yet gets none while its claim is being deleted; one that has ended uses nothing.
    private static bool Uses(Pod pod, string claim) =>
        pod.Spec.NodeName.Length > 0 && !pod.IsFinished && ClaimsOf(pod).Any(name => name.Name == claim);

    private static IEnumerable<NamespacedName> ClaimsOf(Pod pod)
    {
        foreach (var volume in pod.Spec.Volumes)
        {
            if (volume.PersistentVolumeClaim is { } source)
            {
                yield return new NamespacedName(pod.Metadata.Namespace, source.ClaimName);
            }
            else if (volume.Ephemeral is not null)
            {
                yield return new NamespacedName(pod.Metadata.Namespace, $"{pod.Metadata.Name}-{volume.Name}");
            }
        }
    }
}
