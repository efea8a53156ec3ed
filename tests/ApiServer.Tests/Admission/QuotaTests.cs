using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission;

public sealed class QuotaTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Plain = """{"metadata":{"name":"NAME"},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    private HttpClient Admin => shared.Admin;

    [Fact]
    public async Task Of_many_at_once_as_many_get_through_as_the_quota_has_room_for()
    {
        var ns = await WithAsync("""{"hard":{"pods":"5"}}""", """{"pods":"0"}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => PodAsync(ns, $"p{i}")));

        Assert.Equal(5, answers.Count(static answer => answer.Code == 201));
        Assert.All(answers.Where(static answer => answer.Code != 201), static answer => Assert.EndsWith("exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5", answer.Message, StringComparison.Ordinal));
        Assert.Equal("5", await UsedAsync(ns, "pods"));
        Assert.Equal(5, (await Admin.AskAsync($"/api/v1/namespaces/{ns}/pods")).Items.Count);
    }

    [Fact]
    public async Task What_goes_makes_room()
    {
        var ns = await WithAsync("""{"hard":{"pods":"1","limits.cpu":"2"}}""", """{"pods":"0","limits.cpu":"0"}""");
        const string Pod = """{"metadata":{"name":"NAME"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"1500m"}}}]}}""";
        Assert.Equal(201, (await PodAsync(ns, "a", Pod)).Code);
        Assert.Equal("1500m", await UsedAsync(ns, "limits.cpu"));

        var second = await PodAsync(ns, "b", Pod);
        Assert.Equal("pods \"b\" is forbidden: exceeded quota: q, requested: limits.cpu=1500m,pods=1, used: limits.cpu=1500m,pods=1, limited: limits.cpu=2,pods=1", second.Message);

        await Admin.RemoveAsync($"/api/v1/namespaces/{ns}/pods/a");
        Assert.Equal(("0", "0"), (await UsedAsync(ns, "limits.cpu"), await UsedAsync(ns, "pods")));
        Assert.Equal(201, (await PodAsync(ns, "b", Pod)).Code);
    }

    [Fact]
    public async Task A_pod_that_has_ended_makes_room()
    {
        var ns = await WithAsync("""{"hard":{"pods":"1","count/pods":"9"}}""", """{"pods":"0","count/pods":"0"}""");
        await PodAsync(ns, "a");

        Assert.Equal(200, (await Admin.PatchAsync($"/api/v1/namespaces/{ns}/pods/a/status", "merge-patch+json", """{"status":{"phase":"Succeeded"}}""")).Code);

        Assert.Equal(("0", "1"), (await UsedAsync(ns, "pods"), await UsedAsync(ns, "count/pods")));
        Assert.Equal(201, (await PodAsync(ns, "b")).Code);
    }

    [Fact]
    public async Task What_is_counted_must_be_said()
    {
        var ns = await WithAsync("""{"hard":{"limits.cpu":"2","requests.memory":"1Gi"}}""", """{"limits.cpu":"0","requests.memory":"0"}""");

        var answer = await PodAsync(ns, "a");

        Assert.Equal((403, "pods \"a\" is forbidden: failed quota: q: must specify limits.cpu for: c; requests.memory for: c"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task What_is_not_counted_yet_is_not_given_out()
    {
        var ns = await WithAsync("""{"hard":{"configmaps":"2","count/secrets":"1"}}""", """{"count/secrets":"0"}""");

        var answer = await Admin.PostAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"}}""");

        Assert.Equal("configmaps \"a\" is forbidden: status unknown for quota: q, resources: configmaps", answer.Message);
        Assert.Equal(201, (await Admin.PostAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"a"}}""")).Code);
        var second = await Admin.PostAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"b"}}""");
        Assert.Equal("secrets \"b\" is forbidden: exceeded quota: q, requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1", second.Message);
    }

    [Fact]
    public async Task Objects_of_any_kind_are_counted_by_group()
    {
        var ns = await WithAsync("""{"hard":{"count/jobs.batch":"0"}}""", """{"count/jobs.batch":"0"}""");

        var answer = await Admin.PostAsync($"/apis/batch/v1/namespaces/{ns}/jobs", """{"metadata":{"name":"a"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}""");

        Assert.Equal("jobs.batch \"a\" is forbidden: exceeded quota: q, requested: count/jobs.batch=1, used: count/jobs.batch=0, limited: count/jobs.batch=0", answer.Message);
    }

    [Theory]
    [InlineData("BestEffort", true)]
    [InlineData("NotBestEffort", false)]
    [InlineData("NotTerminating", true)]
    [InlineData("Terminating", false)]
    [InlineData("PriorityClass", false)]
    [InlineData("CrossNamespacePodAffinity", false)]
    public async Task A_scope_says_which_pods_count(string scope, bool counts)
    {
        var ns = await WithAsync($$"""{"hard":{"pods":"1"},"scopes":["{{scope}}"]}""", """{"pods":"0"}""");

        await PodAsync(ns, "a");

        Assert.Equal(counts ? "1" : "0", await UsedAsync(ns, "pods"));
    }

    [Fact]
    public async Task A_selector_says_which_priorities_count()
    {
        var ns = await WithAsync(
            """{"hard":{"pods":"0"},"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In","values":["system-node-critical"]}]}}""", """{"pods":"0"}""");

        Assert.Equal(201, (await PodAsync(ns, "a")).Code);
        var answer = await PodAsync(ns, "b", Plain.Replace("\"containers\"", "\"priorityClassName\":\"system-node-critical\",\"containers\"", StringComparison.Ordinal));
        Assert.Equal(403, answer.Code);
    }

    [Fact]
    public async Task Services_are_charged_for_ports_and_balancers_also_when_they_change()
    {
        var ns = await WithAsync(
            """{"hard":{"services":"5","services.nodeports":"1","services.loadbalancers":"0"}}""", """{"services":"0","services.nodeports":"0","services.loadbalancers":"0"}""");
        var services = $"/api/v1/namespaces/{ns}/services";
        Assert.Equal(201, (await Admin.PostAsync(services, """{"metadata":{"name":"a"},"spec":{"ports":[{"name":"x","port":1},{"name":"y","port":2}]}}""")).Code);

        var ports = await Admin.PatchAsync($"{services}/a", "merge-patch+json", """{"spec":{"type":"NodePort"}}""");
        Assert.Equal("services \"a\" is forbidden: exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1", ports.Message);
        var balancer = await Admin.PostAsync(services, """{"metadata":{"name":"b"},"spec":{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"port":1}]}}""");
        Assert.Equal("services \"b\" is forbidden: exceeded quota: q, requested: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0", balancer.Message);

        Assert.Equal(200, (await Admin.PatchAsync($"{services}/a", "merge-patch+json", """{"spec":{"type":"NodePort","ports":[{"name":"x","port":1}]}}""")).Code);
        Assert.Equal(("1", "1"), (await UsedAsync(ns, "services"), await UsedAsync(ns, "services.nodeports")));
        Assert.Equal(200, (await Admin.PatchAsync($"{services}/a", "merge-patch+json", """{"spec":{"type":"ClusterIP"}}""")).Code);
        Assert.Equal("0", await UsedAsync(ns, "services.nodeports"));
    }

    [Fact]
    public async Task Storage_is_counted_in_all_and_by_class()
    {
        var ns = await WithAsync(
            """{"hard":{"requests.storage":"10Gi","fast.storageclass.storage.k8s.io/requests.storage":"4Gi"}}""", """{"requests.storage":"0","fast.storageclass.storage.k8s.io/requests.storage":"0"}""");
        const string Claim = """{"metadata":{"name":"a"},"spec":{"storageClassName":"fast","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"5Gi"}}}}""";

        var answer = await Admin.PostAsync($"/api/v1/namespaces/{ns}/persistentvolumeclaims", Claim);

        Assert.Equal(
            "persistentvolumeclaims \"a\" is forbidden: exceeded quota: q, requested: fast.storageclass.storage.k8s.io/requests.storage=5Gi, used: fast.storageclass.storage.k8s.io/requests.storage=0, limited: fast.storageclass.storage.k8s.io/requests.storage=4Gi",
            answer.Message);
        Assert.Equal(201, (await Admin.PostAsync($"/api/v1/namespaces/{ns}/persistentvolumeclaims", Claim.Replace("5Gi", "3Gi", StringComparison.Ordinal))).Code);
        Assert.Equal("3Gi", await UsedAsync(ns, "requests.storage"));
    }

    [Fact]
    public async Task A_claim_that_grows_is_charged_for_the_rest()
    {
        var ns = await WithAsync("""{"hard":{"requests.storage":"10Gi"}}""", """{"requests.storage":"0"}""");
        await Admin.PostAsync("/apis/storage.k8s.io/v1/storageclasses", """{"metadata":{"name":"grows"},"provisioner":"p","allowVolumeExpansion":true}""");
        var claims = $"/api/v1/namespaces/{ns}/persistentvolumeclaims";
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(201, (await Admin.PostAsync(claims, """{"metadata":{"name":"NAME"},"spec":{"storageClassName":"grows","volumeName":"v","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}"""
                .Replace("NAME", $"c{i}", StringComparison.Ordinal))).Code);
            Assert.Equal(200, (await Admin.PatchAsync($"{claims}/c{i}/status", "merge-patch+json", """{"status":{"phase":"Bound","capacity":{"storage":"1Gi"}}}""")).Code);
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Admin.PatchAsync($"{claims}/c{i}", "merge-patch+json", """{"spec":{"resources":{"requests":{"storage":"4Gi"}}}}""")));

        Assert.Equal(2, answers.Count(static answer => answer.Code == 200));
        Assert.All(answers.Where(static answer => answer.Code != 200), static answer => Assert.EndsWith(
            "exceeded quota: q, requested: requests.storage=3Gi, used: requests.storage=10Gi, limited: requests.storage=10Gi", answer.Message, StringComparison.Ordinal));
        Assert.Equal("10Gi", await UsedAsync(ns, "requests.storage"));
    }

    [Fact]
    public async Task Of_many_resizes_at_once_as_many_get_through_as_there_is_room_for()
    {
        var ns = await WithAsync("""{"hard":{"requests.cpu":"8"}}""", """{"requests.cpu":"0"}""");
        var pods = $"/api/v1/namespaces/{ns}/pods";
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(201, (await PodAsync(ns, $"p{i}", """{"metadata":{"name":"NAME"},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"1"},"limits":{"cpu":"4"}}}]}}""")).Code);
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Admin.PatchAsync(
            $"{pods}/p{i}/resize", "strategic-merge-patch+json", """{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"2"}}}]}}""")));

        Assert.Equal(2, answers.Count(static answer => answer.Code == 200));
        Assert.All(answers.Where(static answer => answer.Code != 200), static answer => Assert.EndsWith("exceeded quota: q, requested: requests.cpu=1, used: requests.cpu=8, limited: requests.cpu=8", answer.Message, StringComparison.Ordinal));
        Assert.Equal("8", await UsedAsync(ns, "requests.cpu"));
        foreach (var i in Enumerable.Range(0, 6).Where(i => answers[i].Code == 200))
        {
            Assert.Equal(200, (await Admin.PatchAsync($"{pods}/p{i}/resize", "strategic-merge-patch+json", """{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}]}}""")).Code);
        }

        Assert.Equal("6", await UsedAsync(ns, "requests.cpu"));
    }

    [Fact]
    public async Task What_nodes_have_of_their_own_and_of_disks_is_counted()
    {
        var ns = await WithAsync(
            """{"hard":{"requests.example.com/gpu":"2","hugepages-2Mi":"4Mi","requests.ephemeral-storage":"2Gi","limits.ephemeral-storage":"2Gi"}}""",
            """{"requests.example.com/gpu":"0","hugepages-2Mi":"0","requests.ephemeral-storage":"0","limits.ephemeral-storage":"0"}""");
        const string Greedy = """{"metadata":{"name":"NAME"},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"1"},"limits":{"example.com/gpu":"2","hugepages-2Mi":"4Mi","ephemeral-storage":"2Gi","cpu":"1"}}}]}}""";

        Assert.Equal(201, (await PodAsync(ns, "a", Greedy)).Code);
        Assert.Equal(("2", "4Mi", "2Gi"), (await UsedAsync(ns, "requests.example.com/gpu"), await UsedAsync(ns, "hugepages-2Mi"), await UsedAsync(ns, "limits.ephemeral-storage")));

        Assert.Equal(
            "pods \"b\" is forbidden: exceeded quota: q, requested: hugepages-2Mi=4Mi,limits.ephemeral-storage=2Gi,requests.ephemeral-storage=2Gi,requests.example.com/gpu=2, "
            + "used: hugepages-2Mi=4Mi,limits.ephemeral-storage=2Gi,requests.ephemeral-storage=2Gi,requests.example.com/gpu=2, "
            + "limited: hugepages-2Mi=4Mi,limits.ephemeral-storage=2Gi,requests.ephemeral-storage=2Gi,requests.example.com/gpu=2",
            (await PodAsync(ns, "b", Greedy)).Message);
        Assert.Equal(201, (await PodAsync(ns, "c")).Code);
    }

    [Fact]
    public async Task Devices_are_counted_by_class()
    {
        var ns = await WithAsync("""{"hard":{"gpu.deviceclass.resource.k8s.io/devices":"3"}}""", """{"gpu.deviceclass.resource.k8s.io/devices":"0"}""");
        var claims = $"/apis/resource.k8s.io/v1/namespaces/{ns}/resourceclaims";
        const string Claim = """{"metadata":{"name":"NAME"},"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"gpu","count":2}}]}}}""";

        Assert.Equal(201, (await Admin.PostAsync(claims, Claim.Replace("NAME", "a", StringComparison.Ordinal))).Code);
        Assert.Equal(
            "resourceclaims.resource.k8s.io \"b\" is forbidden: exceeded quota: q, requested: gpu.deviceclass.resource.k8s.io/devices=2, used: gpu.deviceclass.resource.k8s.io/devices=2, limited: gpu.deviceclass.resource.k8s.io/devices=3",
            (await Admin.PostAsync(claims, Claim.Replace("NAME", "b", StringComparison.Ordinal))).Message);
        await Admin.RemoveAsync($"{claims}/a");
        Assert.Equal("0", await UsedAsync(ns, "gpu.deviceclass.resource.k8s.io/devices"));
    }

    [Fact]
    public async Task What_moves_into_the_scope_of_a_quota_is_charged_there_and_given_back_where_it_was()
    {
        var ns = await WithAsync(
            """{"hard":{"requests.storage":"4Gi"},"scopeSelector":{"matchExpressions":[{"scopeName":"VolumeAttributesClass","operator":"In","values":["gold"]}]}}""", """{"requests.storage":"0"}""");
        var claims = $"/api/v1/namespaces/{ns}/persistentvolumeclaims";
        const string Claim = """{"metadata":{"name":"NAME"},"spec":{"storageClassName":"x","volumeName":"v","volumeAttributesClassName":"silver","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"3Gi"}}}}""";
        foreach (var name in (string[])["a", "b"])
        {
            Assert.Equal(201, (await Admin.PostAsync(claims, Claim.Replace("NAME", name, StringComparison.Ordinal))).Code);
            await Admin.PatchAsync($"{claims}/{name}/status", "merge-patch+json", """{"status":{"phase":"Bound"}}""");
        }

        Assert.Equal("0", await UsedAsync(ns, "requests.storage"));
        Assert.Equal(200, (await Admin.PatchAsync($"{claims}/a", "merge-patch+json", """{"spec":{"volumeAttributesClassName":"gold"}}""")).Code);
        Assert.Equal("3Gi", await UsedAsync(ns, "requests.storage"));
        Assert.Equal(
            "persistentvolumeclaims \"b\" is forbidden: exceeded quota: q, requested: requests.storage=3Gi, used: requests.storage=3Gi, limited: requests.storage=4Gi",
            (await Admin.PatchAsync($"{claims}/b", "merge-patch+json", """{"spec":{"volumeAttributesClassName":"gold"}}""")).Message);

        Assert.Equal(200, (await Admin.PatchAsync($"{claims}/a", "merge-patch+json", """{"spec":{"volumeAttributesClassName":"silver"}}""")).Code);
        Assert.Equal("0", await UsedAsync(ns, "requests.storage"));
    }

    [Fact]
    public async Task What_is_not_stored_is_not_charged()
    {
        var ns = await WithAsync("""{"hard":{"pods":"2"}}""", """{"pods":"0"}""");
        await PodAsync(ns, "a");

        Assert.Equal(409, (await PodAsync(ns, "a")).Code);
        Assert.Equal("1", await UsedAsync(ns, "pods"));

        var dry = await Admin.PostAsync($"/api/v1/namespaces/{ns}/pods?dryRun=All", Plain.Replace("NAME", "b", StringComparison.Ordinal));
        Assert.Equal((201, "1"), (dry.Code, await UsedAsync(ns, "pods")));
    }

    [Fact]
    public async Task A_quota_that_is_full_does_not_cost_another_one()
    {
        var ns = await WithAsync("""{"hard":{"pods":"9"}}""", """{"pods":"0"}""");
        await Admin.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"r"},"spec":{"hard":{"pods":"0"}}}""");
        await Admin.PatchAsync($"/api/v1/namespaces/{ns}/resourcequotas/r/status", "merge-patch+json", """{"status":{"hard":{"pods":"0"},"used":{"pods":"0"}}}""");

        Assert.Equal("pods \"a\" is forbidden: exceeded quota: r, requested: pods=1, used: pods=0, limited: pods=0", (await PodAsync(ns, "a")).Message);
        Assert.Equal("0", await UsedAsync(ns, "pods"));
    }

    /// <summary>A namespace with a quota, and what its controller would have written into it.</summary>
    private async Task<string> WithAsync(string spec, string used)
    {
        var ns = await shared.NamespaceAsync();
        var quota = await Admin.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", $$"""{"metadata":{"name":"q"},"spec":{{spec}}}""");
        Assert.Equal(201, quota.Code);
        var status = await Admin.PatchAsync(
            $"/api/v1/namespaces/{ns}/resourcequotas/q/status", "merge-patch+json", $$$"""{"status":{"hard":{{{quota.Json["spec"]!["hard"]!.ToJsonString()}}},"used":{{{used}}}}}""");
        Assert.Equal(200, status.Code);
        return ns;
    }

    private Task<Answer> PodAsync(string ns, string name, string pod = Plain) => Admin.PostAsync($"/api/v1/namespaces/{ns}/pods", pod.Replace("NAME", name, StringComparison.Ordinal));

    private async Task<string> UsedAsync(string ns, string name) => (string)(await Admin.AskAsync($"/api/v1/namespaces/{ns}/resourcequotas/q")).Json["status"]!["used"]![name]!;
}
