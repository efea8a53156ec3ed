using Navarch.ApiServer.Resources;
using Navarch.ApiServer.Resources.Apps;
using Navarch.ApiServer.Resources.Batch;
using Navarch.ApiServer.Resources.Core;
using Navarch.ApiServer.Resources.Storage;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Resources;

public sealed class WarningsTests
{
    [Theory]
    [InlineData("\"nodeSelector\":{\"beta.kubernetes.io/os\":\"linux\"}", "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead")]
    [InlineData("\"topologySpreadConstraints\":[{\"topologyKey\":\"failure-domain.beta.kubernetes.io/zone\"}]", "spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead", "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"glusterfs\":{\"endpoints\":\"e\",\"path\":\"p\"}}]", "spec.volumes[0].glusterfs: deprecated in v1.25, non-functional in v1.26+")]
    [InlineData("\"imagePullSecrets\":[{\"name\":\"\"}]", "spec.imagePullSecrets[0].name: invalid empty name \"\"")]
    [InlineData("\"hostAliases\":[{\"ip\":\"1.2.3.4\"},{\"ip\":\"1.2.3.4\"}]", "spec.hostAliases[1].ip: duplicate ip \"1.2.3.4\"")]
    [InlineData("\"containers\":[{\"name\":\"c\",\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"A\",\"value\":\"$(A)2\"},{\"name\":\"A\",\"value\":\"3\"}]}]", "spec.containers[0].env[2]: hides previous definition of \"A\", which may be dropped when using apply")]
    [InlineData("\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\"memory\":\"1.5\"}}}]", "spec.containers[0].resources.limits[memory]: fractional byte value \"1500m\" is invalid, must be an integer")]
    [InlineData("\"containers\":[{\"name\":\"a\",\"ports\":[{\"containerPort\":80,\"name\":\"web\"}]},{\"name\":\"b\",\"ports\":[{\"containerPort\":80,\"name\":\"web\"}]}]", "spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]", "spec.containers[1].ports[0].name: duplicate port name \"web\" with spec.containers[0].ports[0].name, services and probes that select ports by name will use spec.containers[0].ports[0].name")]
    public void A_pod_that_is_hardly_what_was_meant_is_warned_of(string spec, params string[] expected) => Assert.Equal(
        expected, Warnings(new PodResource(), """{"metadata":{"name":"a"},"spec":{SPEC}}""".Replace("SPEC", spec, StringComparison.Ordinal)).Where(warning => !warning.Contains("fractional", StringComparison.Ordinal) || warning.Contains("limits", StringComparison.Ordinal)));

    [Fact]
    public void A_template_is_warned_of_where_it_lies() => Assert.Equal(
        [
            "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
            "spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the \"appArmorProfile\" field instead",
        ],
        Warnings(new DeploymentResource(), """{"metadata":{"name":"a.b"},"spec":{"template":{"metadata":{"annotations":{"container.apparmor.security.beta.kubernetes.io/c":"unconfined"}},"spec":{"containers":[{"name":"c"}]}}}}"""));

    [Fact]
    public void Other_kinds_are_warned_of_too()
    {
        Assert.Equal(["spec.externalName is ignored when spec.type is not \"ExternalName\"", "spec.SessionAffinity is ignored for headless services"], Warnings(new ServiceResource(), """{"spec":{"clusterIP":"None","sessionAffinity":"ClientIP","externalName":"x"}}"""));
        Assert.Equal(["spec.resources.requests[storage]: fractional byte value \"500m\" is invalid, must be an integer"], Warnings(new PersistentVolumeClaimResource(), """{"spec":{"resources":{"requests":{"storage":"500m"}}}}"""));
        Assert.Equal(["spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning."], Warnings(new PersistentVolumeResource(), """{"spec":{"persistentVolumeReclaimPolicy":"Recycle"}}"""));
        Assert.Equal(["allowedTopologies[0].matchLabelExpressions[0].key: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"], Warnings(new StorageClassResource(), """{"provisioner":"p","allowedTopologies":[{"matchLabelExpressions":[{"key":"failure-domain.beta.kubernetes.io/zone","values":["z"]}]}]}"""));
        Assert.Equal(["CRON_TZ or TZ used in spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details"], Warnings(new CronJobResource(), """{"spec":{"schedule":"CRON_TZ=UTC * * * * *"}}"""));
    }

    [Fact]
    public async Task However_much_is_wrong_the_headers_stay_short()
    {
        await using var server = await TestServer.StartAsync();
        var variables = string.Join(',', Enumerable.Repeat("""{"name":"VARIABLE_OF_SOME_LENGTH","value":"1"}""", 1000));

        var answer = await server.Admin.PostAsync("/api/v1/namespaces/default/pods", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","env":[ENV]}]}}""".Replace("ENV", variables, StringComparison.Ordinal));

        Assert.Equal(201, answer.Code);
        Assert.InRange(answer.Warnings.Sum(warning => warning.Length), 1000, 6000);
    }

    [Fact]
    public async Task Fields_of_features_that_are_off_are_dropped()
    {
        await using var server = await TestServer.StartAsync();

        var lease = await server.Admin.PostAsync("/apis/coordination.k8s.io/v1/namespaces/default/leases", """{"metadata":{"name":"a"},"spec":{"strategy":"OldestEmulationVersion","preferredHolder":"h"}}""");
        Assert.Equal("{}", lease.Json["spec"]!.ToJsonString());
        var pod = await server.Admin.PostAsync("/api/v1/namespaces/default/pods", """{"metadata":{"name":"a"},"spec":{"schedulingGroup":{"podGroupName":"g"},"containers":[{"name":"c","image":"i","lifecycle":{"stopSignal":"SIGTERM"}}]}}""");
        Assert.Equal(201, pod.Code);
        Assert.Null(pod.Json["spec"]!["schedulingGroup"]);
        Assert.Null(pod.Json["spec"]!["containers"]![0]!["lifecycle"]);
    }

    private static IEnumerable<string> Warnings<T>(Resource<T> resource, string json) where T : class, Navarch.Api.IResource<T> => resource.Warnings(resource.Created(json));
}
