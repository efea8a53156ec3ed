using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Lets a deleted volume go when no claim is bound to it any more.</summary>
public sealed class VolumeProtectionController(Informer<PersistentVolume> volumes, IClient client) : IReconciler
{
    private const string Finalizer = "kubernetes.io/pv-protection";

    public string Name => "persistentvolume-protection";

    public IEnumerable<Trigger> Triggers => [Trigger.On(volumes)];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!volumes.TryGet(key, out var volume))
        {
            return ReconcileResult.Done;
        }

        var isProtected = volume.Metadata.Finalizers.Contains(Finalizer);
        if (volume.Metadata.DeletionTimestamp is null && !isProtected)
        {
            await client.UpdateAsync(volume with { Metadata = volume.Metadata with { Finalizers = [.. volume.Metadata.Finalizers, Finalizer] } }, ct);
        }
        else if (volume.Metadata.DeletionTimestamp is not null && isProtected && volume.Status.Phase != PersistentVolumePhase.VolumeBound)
        {
            await client.UpdateAsync(volume with { Metadata = volume.Metadata with { Finalizers = [.. volume.Metadata.Finalizers.Where(static one => one != Finalizer)] } }, ct);
        }

        return ReconcileResult.Done;
    }
}
