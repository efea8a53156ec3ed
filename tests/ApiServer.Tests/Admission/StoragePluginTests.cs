using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission;

public sealed class StoragePluginTests
{
    private const string Claims = "/api/v1/namespaces/default/persistentvolumeclaims";
    private const string Claim = """{"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""";

    [Fact]
    public async Task A_claim_of_no_class_gets_the_newest_default()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var (name, isDefault) in new[] { ("slow", "false"), ("fast", "true") })
        {
            await server.Admin.PostAsync("/apis/storage.k8s.io/v1/storageclasses", $$$"""{"metadata":{"name":"{{{name}}}","annotations":{"storageclass.kubernetes.io/is-default-class":"{{{isDefault}}}"}},"provisioner":"p"}""");
        }

        Assert.Equal("fast", (string)(await server.Admin.PostAsync(Claims, Claim)).Json["spec"]!["storageClassName"]!);
        var none = Claim.Replace("\"a\"", "\"b\"", StringComparison.Ordinal).Replace("\"spec\":{", "\"spec\":{\"storageClassName\":\"\",", StringComparison.Ordinal);
        Assert.Equal("", (string)(await server.Admin.PostAsync(Claims, none)).Json["spec"]!["storageClassName"]!);
    }

    [Fact]
    public async Task An_ingress_of_no_class_gets_the_default()
    {
        await using var server = await TestServer.StartAsync();
        const string Ingress = """{"metadata":{"name":"a"},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}}""";
        await server.Admin.PostAsync("/apis/networking.k8s.io/v1/ingressclasses", """{"metadata":{"name":"edge","annotations":{"ingressclass.kubernetes.io/is-default-class":"true"}},"spec":{"controller":"x.io/y"}}""");

        var ingress = await server.Admin.PostAsync("/apis/networking.k8s.io/v1/namespaces/default/ingresses", Ingress);

        Assert.Equal("edge", (string)ingress.Json["spec"]!["ingressClassName"]!);
    }

    [Fact]
    public async Task Claims_and_volumes_stay_until_they_are_let_go()
    {
        await using var server = await TestServer.StartAsync(static config => config with { Admission = AdmissionConfig.Default });

        Assert.Equal("kubernetes.io/pvc-protection", (string)(await server.Admin.PostAsync(Claims, Claim)).Json["metadata"]!["finalizers"]![0]!);
        await server.Admin.RemoveAsync($"{Claims}/a");
        Assert.NotNull((await server.Admin.AskAsync($"{Claims}/a")).Json["metadata"]!["deletionTimestamp"]);

        var volume = await server.Admin.PostAsync("/api/v1/persistentvolumes", """{"metadata":{"name":"v"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x"}}}""");
        Assert.Equal("kubernetes.io/pv-protection", (string)volume.Json["metadata"]!["finalizers"]![0]!);
    }

    [Fact]
    public async Task A_claim_grows_where_its_class_can_make_volumes_larger()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/apis/storage.k8s.io/v1/storageclasses", """{"metadata":{"name":"fixed"},"provisioner":"p"}""");
        await server.Admin.PostAsync(Claims, Claim.Replace("\"spec\":{", "\"spec\":{\"storageClassName\":\"fixed\",\"volumeName\":\"v\",", StringComparison.Ordinal));
        await server.Admin.PatchAsync($"{Claims}/a/status", "merge-patch+json", """{"status":{"phase":"Bound"}}""");
        const string Larger = """{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}""";

        var refused = await server.Admin.PatchAsync($"{Claims}/a", "merge-patch+json", Larger);
        Assert.Equal(
            "persistentvolumeclaims \"a\" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize", refused.Message);

        await server.Admin.PatchAsync("/apis/storage.k8s.io/v1/storageclasses/fixed", "merge-patch+json", """{"allowVolumeExpansion":true}""");
        Assert.Equal(200, (await server.Admin.PatchAsync($"{Claims}/a", "merge-patch+json", Larger)).Code);
    }
}
