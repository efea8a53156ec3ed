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
}
