using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class StorageProtectionTests
{
    [Fact]
    public async Task A_claim_goes_when_no_pod_uses_it_any_more()
    {
        var claim = new PersistentVolumeClaim { Metadata = new ObjectMeta { Name = "data", Namespace = "default", Finalizers = ["kubernetes.io/pvc-protection"] } };
        var pod = A.Pod("db");
        pod = pod with
        {
            Spec = pod.Spec with { NodeName = "n", Volumes = [new Volume { Name = "v", PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = "data" } }] },
        };
        await using var cluster = ControllerCluster.Start(A.Node("n"), claim, pod);
        await cluster.UntilAsync<Pod>(all => all[0].Status.Phase == "Running");

        await cluster.Client.DeleteAsync<PersistentVolumeClaim>(new NamespacedName("default", "data"), default);
        await cluster.Client.CreateAsync(claim with { Metadata = claim.Metadata with { Name = "other" } }, default);
        await cluster.Client.DeleteAsync<PersistentVolumeClaim>(new NamespacedName("default", "other"), default);
        await cluster.UntilAsync<PersistentVolumeClaim>(all => all is [{ Metadata.Name: "data" }]);

        await cluster.Client.DeleteAsync<Pod>(NamespacedName.Of(pod), DeleteOptions.Empty with { GracePeriodSeconds = 0 }, default);
        await cluster.UntilAsync<PersistentVolumeClaim>(all => all.Count == 0);
    }

    [Fact]
    public async Task A_volume_goes_when_it_is_not_bound()
    {
        var volume = new PersistentVolume { Metadata = new ObjectMeta { Name = "disk" }, Status = new PersistentVolumeStatus { Phase = PersistentVolumePhase.VolumeBound } };
        await using var cluster = ControllerCluster.Start(volume);
        await cluster.UntilAsync<PersistentVolume>(all => all[0].Metadata.Finalizers is ["kubernetes.io/pv-protection"]);

        await cluster.Client.DeleteAsync<PersistentVolume>(new NamespacedName("", "disk"), default);
        await cluster.UntilAsync<PersistentVolume>(all => all[0].Metadata.DeletionTimestamp is not null);
        var deleted = cluster.Fake.All<PersistentVolume>()[0];
        await cluster.Client.UpdateStatusAsync(deleted with { Status = deleted.Status with { Phase = PersistentVolumePhase.VolumeReleased } }, default);

        await cluster.UntilAsync<PersistentVolume>(all => all.Count == 0);
    }
}
