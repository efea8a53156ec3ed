using Navarch.ApiServer.Resources.Apps;

namespace Navarch.ApiServer.Tests.Resources.Apps;

public sealed class StatefulSetResourceTests
{
    private const string Minimal = """{"metadata":{"name":"web"},"spec":{"serviceName":"nginx","selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"nginx:1","volumeMounts":[{"name":"www","mountPath":"/www"}]}]}},"volumeClaimTemplates":[{"metadata":{"name":"www"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}}""";
    private static readonly StatefulSetResource Resource = new();

    [Fact]
    public void Containers_may_mount_what_a_claim_template_promises() => Assert.Empty(Resource.CreateErrors(Minimal));

    [Fact]
    public void A_mount_that_neither_volume_nor_claim_template_backs_is_refused() =>
        Assert.Equal(
            ["spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"www\""],
            Resource.CreateErrors(Minimal.Replace("[{\"metadata\":{\"name\":\"www\"}", "[{\"metadata\":{\"name\":\"other\"}", StringComparison.Ordinal)));

    [Fact]
    public void Claims_get_the_defaults_of_claims()
    {
        var claim = Resource.Created(Minimal).Spec.VolumeClaimTemplates[0];

        Assert.Equal(("Filesystem", "Pending"), (claim.Spec.VolumeMode, claim.Status.Phase));
    }

    [Fact]
    public void Only_what_pods_can_follow_changes() => Assert.Equal(
        ["spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"],
        Resource.UpdateErrors(Minimal, Minimal.Replace("\"serviceName\":\"nginx\"", "\"serviceName\":\"other\"", StringComparison.Ordinal)));
}
