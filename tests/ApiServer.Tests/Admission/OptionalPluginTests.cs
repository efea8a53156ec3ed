using Navarch.ApiServer.Admission.EventLimits;
using Navarch.ApiServer.Tests.Admission.Webhooks;
using Navarch.ApiServer.Tests.Server;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Admission;

/// <summary>What operators may switch on.</summary>
public sealed class OptionalPluginTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";

    [Fact]
    public async Task Services_take_no_addresses_of_others_and_keep_those_they_have()
    {
        const string Services = "/api/v1/namespaces/default/services";
        var isStrict = false;
        await using var strict = await TestServer.StartAsync(config => config with { Admission = TestServer.WithoutControllers with { Enabled = isStrict ? ["DenyServiceExternalIPs"] : [] } });
        Assert.Equal(201, (await strict.Admin.PostAsync(Services, """{"metadata":{"name":"old"},"spec":{"ports":[{"port":1}],"externalIPs":["192.0.2.9","192.0.2.10"]}}""")).Code);
        isStrict = true;
        await strict.RestartAsync();

        var created = await strict.Admin.PostAsync(Services, """{"metadata":{"name":"a"},"spec":{"ports":[{"port":1}],"externalIPs":["192.0.2.9"]}}""");
        Assert.Equal((403, "services \"a\" is forbidden: Use of external IPs is denied by admission control"), (created.Code, created.Message));
        Assert.Equal(201, (await strict.Admin.PostAsync(Services, """{"metadata":{"name":"a"},"spec":{"ports":[{"port":1}]}}""")).Code);
        foreach (var (type, body) in ((string, string)[])
            [("merge-patch+json", """{"spec":{"externalIPs":["192.0.2.9"]}}"""), ("strategic-merge-patch+json", """{"spec":{"externalIPs":["192.0.2.9"]}}"""), ("json-patch+json", """[{"op":"add","path":"/spec/externalIPs","value":["192.0.2.9"]}]"""),
             ("apply-patch+yaml", """{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"externalIPs":["192.0.2.9"]}}""")])
        {
            Assert.Equal(403, (await strict.Admin.PatchAsync($"{Services}/a?fieldManager=m", type, body)).Code);
        }

        Assert.Equal(200, (await strict.Admin.PatchAsync($"{Services}/old", "merge-patch+json", """{"spec":{"externalIPs":["192.0.2.10"]}}""")).Code);
        Assert.Equal(403, (await strict.Admin.PatchAsync($"{Services}/old", "merge-patch+json", """{"spec":{"externalIPs":["192.0.2.10","192.0.2.9"]}}""")).Code);
    }

    [Fact]
    public async Task Pods_keep_others_off_their_node_and_no_more()
    {
        await using var server = await StartAsync("LimitPodHardAntiAffinityTopology");
        const string Pod = """{"metadata":{"name":"a"},"spec":{"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchLabels":{"a":"b"}},"topologyKey":"KEY"}]}},"containers":[{"name":"c","image":"i"}]}}""";

        Assert.Equal(
            "pods \"a\" is forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey topology.kubernetes.io/zone but only key kubernetes.io/hostname is allowed",
            (await server.Admin.PostAsync(Pods, Pod.Replace("KEY", "topology.kubernetes.io/zone", StringComparison.Ordinal))).Message);
        Assert.Equal(201, (await server.Admin.PostAsync(Pods, Pod.Replace("KEY", "kubernetes.io/hostname", StringComparison.Ordinal))).Code);
    }

    [Fact]
    public async Task Who_asks_for_a_resource_of_some_nodes_may_go_there()
    {
        await using var server = await StartAsync("ExtendedResourceToleration");

        var pod = await server.Admin.PostAsync(Pods, """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"example.com/gpu":"1","cpu":"1"}}}]}}""");

        Assert.Equal("""{"key":"example.com/gpu","operator":"Exists","effect":"NoSchedule"}""", pod.Json["spec"]!["tolerations"]!.AsArray().Single(static one => ((string)one!["key"]!).StartsWith("example", StringComparison.Ordinal))!.ToJsonString());
    }

    [Fact]
    public async Task A_namespace_keeps_its_pods_to_its_nodes()
    {
        await using var server = await StartAsync("PodNodeSelector");
        await server.Admin.PatchAsync("/api/v1/namespaces/default", "merge-patch+json", """{"metadata":{"annotations":{"scheduler.alpha.kubernetes.io/node-selector":"team=blue, disk=ssd"}}}""");
        const string Pod = """{"metadata":{"name":"a"},"spec":{"nodeSelector":{"KEY":"red"},"containers":[{"name":"c","image":"i"}]}}""";

        Assert.Equal(
            "pods \"a\" is forbidden: pod node label selector conflicts with its namespace node label selector", (await server.Admin.PostAsync(Pods, Pod.Replace("KEY", "team", StringComparison.Ordinal))).Message);
        var pod = await server.Admin.PostAsync(Pods, Pod.Replace("KEY", "color", StringComparison.Ordinal));
        Assert.Equal("""{"color":"red","disk":"ssd","team":"blue"}""", pod.Json["spec"]!["nodeSelector"]!.ToJsonString());
    }

    [Fact]
    public async Task Where_a_namespace_says_nothing_of_nodes_a_file_does()
    {
        await using var server = await StartAsync("PodNodeSelector", "podNodeSelectorPluginConfig: {clusterDefaultNodeSelector: 'disk=ssd', default: 'disk=ssd,team=blue'}");
        const string Pod = """{"metadata":{"name":"NAME"},"spec":{"nodeSelector":{"team":"NAME"},"containers":[{"name":"c","image":"i"}]}}""";

        Assert.Equal("pods \"red\" is forbidden: pod node label selector labels conflict with its namespace whitelist", (await server.Admin.PostAsync(Pods, Pod.Replace("NAME", "red", StringComparison.Ordinal))).Message);
        var pod = await server.Admin.PostAsync(Pods, Pod.Replace("NAME", "blue", StringComparison.Ordinal));
        Assert.Equal("""{"disk":"ssd","team":"blue"}""", pod.Json["spec"]!["nodeSelector"]!.ToJsonString());
    }

    [Fact]
    public async Task Pods_tolerate_what_their_namespace_says_and_no_more_than_it_allows()
    {
        await using var server = await StartAsync("PodTolerationRestriction", """
            apiVersion: podtolerationrestriction.admission.k8s.io/v1alpha1
            kind: Configuration
            default: [{key: of-all, operator: Exists}]
            whitelist: [{operator: Exists, effect: NoSchedule}, {operator: Exists, effect: NoExecute, tolerationSeconds: 300}, {key: of-all, operator: Exists}]
            """);

        Assert.Equal(["node.kubernetes.io/memory-pressure Exists NoSchedule", "of-all Exists "], await TolerationsAsync("a", "", "\"resources\":{\"requests\":{\"cpu\":\"1\"}},"));
        Assert.Equal(["of-all Exists "], await TolerationsAsync("b", """{"key":"of-all","effect":"NoSchedule"}"""));
        var refused = await PodAsync("c", """{"operator":"Exists"}""", "");
        Assert.Equal((500, "pod tolerations (possibly merged with namespace default tolerations) conflict with its cluster whitelist"), (refused.Code, refused.Message));
        Assert.Equal(500, (await PodAsync("c", """{"key":"a","operator":"Exists","effect":"NoExecute","tolerationSeconds":301}""", "")).Code);
        Assert.Equal(500, (await PodAsync("c", """{"key":"a","operator":"Exists","effect":"NoExecute"}""", "")).Code);

        await server.Admin.PatchAsync("/api/v1/namespaces/default", "merge-patch+json", """
            {"metadata":{"annotations":{"scheduler.alpha.kubernetes.io/defaultTolerations":"[]","scheduler.alpha.kubernetes.io/tolerationsWhitelist":"[{\"key\":\"mine\",\"value\":\"x\"}]"}}}
            """);
        await server.Admin.PatchAsync("/api/v1/namespaces/default", "merge-patch+json", "{}");
        Assert.Contains("namespace whitelist", (await PodAsync("d", """{"key":"mine","operator":"Exists"}""", "")).Message, StringComparison.Ordinal);
        Assert.Equal(["mine Equal "], await TolerationsAsync("d", """{"key":"mine","value":"x","operator":"Equal"}""", tail: ""));
        await server.Admin.PatchAsync("/api/v1/namespaces/default", "merge-patch+json", """{"metadata":{"annotations":{"scheduler.alpha.kubernetes.io/tolerationsWhitelist":"nonsense"}}}""");
        Assert.Equal(500, (await PodAsync("e", "", "")).Code);

        async Task<IEnumerable<string>> TolerationsAsync(string name, string tolerations, string resources = "", string tail = "") =>
            (await PodAsync(name, tolerations, resources + tail)).Json["spec"]!["tolerations"]!.AsArray().Select(static one => $"{one!["key"]} {one["operator"]} {one["effect"]}").Order(StringComparer.Ordinal);

        Task<Answer> PodAsync(string name, string toleration, string resources) => server.Admin.PostAsync(
            Pods, $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"tolerations":[{{{toleration}}}],"containers":[{{{{resources}}}"name":"c","image":"i"}]}}""");
    }

    [Fact]
    public async Task Events_beyond_a_limit_are_refused_until_time_has_passed()
    {
        await using var server = await StartAsync("EventRateLimit", """
            apiVersion: eventratelimit.admission.k8s.io/v1alpha1
            kind: Configuration
            limits: [{type: Namespace, qps: 1, burst: 2}, {type: Server, qps: 1000, burst: 1000}]
            """);
        await server.Admin.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"other"}}""");

        Assert.Equal((201, 201), (await EventAsync("a", "default"), await EventAsync("b", "default")));

        // Many at once: on a slow machine time passes, and some more are let through.
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => server.Admin.PostAsync("/apis/events.k8s.io/v1/namespaces/default/events", $$$"""
            {"metadata":{"name":"c{{{i}}}"},"eventTime":"2026-01-01T00:00:00.000000Z","reportingController":"x/y","reportingInstance":"z","action":"a","reason":"r","type":"Normal","regarding":{"namespace":"default"}}
            """)));
        var refused = Assert.Single(answers.Where(static answer => answer.Code != 201).Select(static answer => (answer.Code, answer.Message)).Distinct());
        Assert.Equal((429, "Too many requests: limit reached on type Namespace for key default"), refused);
        Assert.Equal(201, await EventAsync("a", "other"));
        Assert.Equal(201, (await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"}}""")).Code);

        async Task<int> EventAsync(string name, string space) =>
            (await server.Admin.PostAsync($"/api/v1/namespaces/{space}/events", $$$"""{"metadata":{"name":"{{{name}}}"},"involvedObject":{"namespace":"{{{space}}}"}}""")).Code;
    }

    [Fact]
    public void A_bucket_fills_with_time_and_the_one_that_was_idle_for_longest_is_forgotten()
    {
        var time = new FakeTime();
        var buckets = new TokenBuckets(perSecond: 2, burst: 3, namesMax: 2, time);
        Assert.Equal([true, true, true, false], [buckets.TryTake("a"), buckets.TryTake("a"), buckets.TryTake("a"), buckets.TryTake("a")]);
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal([true, false], [buckets.TryTake("a"), buckets.TryTake("a")]);

        Assert.True(buckets.TryTake("b"));
        Assert.False(buckets.TryTake("a"));
        Assert.True(buckets.TryTake("c")); // b goes, a stays.
        Assert.False(buckets.TryTake("a"));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal([true, true, true, false], [buckets.TryTake("a"), buckets.TryTake("a"), buckets.TryTake("a"), buckets.TryTake("a")]);
    }

    [Fact]
    public async Task What_is_created_brings_its_namespace_along()
    {
        await using var server = await StartAsync("NamespaceAutoProvision");

        Assert.Equal(404, (await server.Admin.PostAsync("/api/v1/namespaces/fresh/configmaps?dryRun=All", """{"metadata":{"name":"a"}}""")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync("/api/v1/namespaces/fresh/configmaps", """{"metadata":{"name":"a"}}""")).Code);
        Assert.Equal("Active", (string)(await server.Admin.AskAsync("/api/v1/namespaces/fresh")).Json["status"]!["phase"]!);
        Assert.Equal(404, (await server.Admin.AskAsync("/api/v1/namespaces/stale/configmaps/a")).Code);
        Assert.Equal(404, (await server.Admin.AskAsync("/api/v1/namespaces/stale")).Code);
    }

    [Fact]
    public async Task Webhooks_are_switched_off_by_the_name_of_their_plugin()
    {
        var off = (string[])["MutatingAdmissionWebhook", "ValidatingAdmissionWebhook"];
        await using var server = await TestServer.StartAsync(config => config with { Admission = TestServer.WithoutControllers with { Disabled = [.. TestServer.WithoutControllers.Disabled, .. off] } });
        await using var hook = await HookServer.StartAsync(server.Admin);
        await hook.ConfigureAsync("Mutating", "m", hook.Hook("m.example.com", "", "configmaps"));
        await hook.ConfigureAsync("Validating", "v", hook.Hook("v.example.com", "", "configmaps"));

        Assert.Equal(201, (await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"}}""")).Code);
        Assert.Empty(hook.Asked);
    }

    [Fact]
    public async Task Events_are_not_limited_by_nothing()
    {
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => StartAsync("EventRateLimit"));

        Assert.Contains("no limits", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>What upstream's v1.36 knows, so that nobody's flags are refused; ImagePolicyWebhook alone would promise what nobody does here.</summary>
    [Fact]
    public void Every_plugin_that_others_know_is_known() => Assert.Equal(
        (
            "AlwaysAdmit AlwaysDeny AlwaysPullImages CertificateApproval CertificateSigning CertificateSubjectRestriction ClusterTrustBundleAttest DefaultIngressClass DefaultStorageClass "
            + "DefaultTolerationSeconds DenyServiceExternalIPs EventRateLimit ExtendedResourceToleration JobValidation LimitPodHardAntiAffinityTopology LimitRanger MutatingAdmissionPolicy "
            + "MutatingAdmissionWebhook NamespaceAutoProvision NamespaceExists NamespaceLifecycle NodeDeclaredFeatureValidator NodeRestriction OwnerReferencesPermissionEnforcement "
            + "PersistentVolumeClaimResize PodGroupProtection PodGroupWorkloadExists PodNodeSelector PodResizeValidator PodSecurity PodTolerationRestriction PodTopologyLabels Priority ResourceQuota "
            + "RuntimeClass ServiceAccount StorageObjectInUseProtection TaintNodesByCondition ValidatingAdmissionPolicy ValidatingAdmissionWebhook").Split(' '),
        AdmissionConfig.Names);

    [Fact]
    public async Task Nothing_changes_where_everything_is_denied()
    {
        await using var server = await StartAsync("AlwaysDeny");

        var answer = await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"}}""");

        Assert.Equal((403, "configmaps \"a\" is forbidden: admission control is denying all modifications"), (answer.Code, answer.Message));
        Assert.Equal(403, (await server.Admin.RemoveAsync("/api/v1/namespaces/kube-public")).Code);
        Assert.Equal(200, (await server.Admin.AskAsync("/api/v1/namespaces/default")).Code);
    }

    /// <param name="configuration">What a file says of the plugin, as YAML; empty for no file.</param>
    private static async Task<TestServer> StartAsync(string enabled, string configuration = "")
    {
        var folder = Directory.CreateTempSubdirectory("navarch-plugins-");
        try
        {
            var file = "";
            if (configuration.Length > 0)
            {
                file = Path.Combine(folder.FullName, "admission.yaml");
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, "plugin.yaml"), configuration);
                await File.WriteAllTextAsync(file, $"apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [{{name: {enabled}, path: plugin.yaml}}]\n");
            }

            return await TestServer.StartAsync(config => config with { Admission = new AdmissionConfig { Enabled = [enabled], Disabled = [.. TestServer.WithoutControllers.Disabled, "DefaultTolerationSeconds"], ConfigFile = file } });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
