using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Tests.Server;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

/// <summary>The controllers on the real API server, over both transports: what the fake cluster promises must hold there.</summary>
public sealed class RealServerTests : OnRealServer
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deployment_lives_through_rollout_rollback_and_deletion(bool inProcess)
    {
        Start(inProcess);
        await Admin.CreateAsync(A.Service("web", clusterIP: ""), default);
        await Admin.CreateAsync(Plain(A.Deployment("web", 3)), default);
        await UntilAsync<Deployment>("default", all => IsDone(all, "1"));
        await UntilAsync<EndpointSlice>("default", all => all.Any(slice => slice.Endpoints.Count(endpoint => endpoint.Conditions.Ready == true) == 3));

        await PatchImageAsync("nginx:2");
        await UntilAsync<Deployment>("default", all => IsDone(all, "2"));
        await PatchImageAsync("nginx");
        await UntilAsync<Deployment>("default", all => IsDone(all, "3"));
        Assert.Equal(2, (await Admin.ListAsync<ReplicaSet>(ListQuery.In("default"), default)).Items.Count);

        await Admin.DeleteAsync<Deployment>(new("default", "web"), DeleteOptions.Empty with { PropagationPolicy = "Foreground" }, default);
        await UntilAsync<Deployment>("default", all => all.Count == 0);
        await UntilAsync<ReplicaSet>("default", all => all.Count == 0);
        await UntilAsync<Pod>("default", all => all.Count == 0);
    }

    [Theory]
    [InlineData("1.27")]
    [InlineData("1.33")]
    public async Task Kubectl_rolls_out_undoes_and_describes(string version)
    {
        Start(inProcess: true);
        var kubectl = new Kubectl(Server, version);
        await kubectl.OkAsync("create", "deployment", "web", "--image=nginx", "--replicas=3");
        Assert.EndsWith("successfully rolled out\n", await kubectl.OkAsync("rollout", "status", "deployment/web", "--timeout=30s"), StringComparison.Ordinal);

        await kubectl.OkAsync("set", "image", "deployment/web", "nginx=nginx:2");
        await kubectl.OkAsync("annotate", "deployment/web", "kubernetes.io/change-cause=to two");
        await kubectl.OkAsync("rollout", "status", "deployment/web", "--timeout=30s");
        await UntilAsync<Deployment>("default", all => IsDone(all, "2"));
        var history = await kubectl.OkAsync("rollout", "history", "deployment/web");
        Assert.Contains("1         <none>", history, StringComparison.Ordinal);
        Assert.Contains("2         to two", history, StringComparison.Ordinal);

        Assert.Equal("deployment.apps/web rolled back\n", await kubectl.OkAsync("rollout", "undo", "deployment/web"));
        await kubectl.OkAsync("rollout", "status", "deployment/web", "--timeout=30s");
        Assert.Equal("nginx", await kubectl.OkAsync("get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image}"));

        await kubectl.OkAsync("scale", "deployment/web", "--replicas=5");
        await kubectl.OkAsync("wait", "--for=jsonpath={.status.availableReplicas}=5", "deployment/web", "--timeout=30s");
        var description = await kubectl.OkAsync("describe", "deployment", "web");
        Assert.Contains("5 desired | 5 updated | 5 total | 5 available | 0 unavailable", description, StringComparison.Ordinal);
        Assert.Contains("Progressing    True    NewReplicaSetAvailable", description, StringComparison.Ordinal);
        Assert.Contains("ScalingReplicaSet", description, StringComparison.Ordinal);
        await kubectl.OkAsync("delete", "deployment", "web");
        await UntilAsync<Pod>("default", all => all.Count == 0);
    }

    [Fact]
    public async Task A_namespace_is_furnished_and_cleared_away()
    {
        Start(inProcess: true);
        await Admin.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "shop" } }, default);
        await UntilAsync<ServiceAccount>("shop", all => all.Count == 1);
        await UntilAsync<ConfigMap>("shop", all => all is [{ Metadata.Name: "kube-root-ca.crt" }]);
        await Admin.CreateAsync(Plain(A.Deployment("web", 2, ns: "shop")), default);
        await UntilAsync<Pod>("shop", all => all.Count == 2);

        await Admin.DeleteAsync<Namespace>(new NamespacedName("", "shop"), default);

        await UntilAsync<Namespace>("", all => !all.Any(found => found.Metadata.Name == "shop"));
    }

    [Fact]
    public async Task Nothing_of_any_kind_outlives_its_namespace()
    {
        var names = await NamespacedKindsAsync();
        var kubectl = new Kubectl(Server, "1.33");
        await kubectl.OkAsync("create", "namespace", "full");
        var manifest = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "manifests", "every-kind.yaml"), TestContext.Current.CancellationToken);
        var objects = manifest.Split("\n---\n").Where(document => names.Contains(Kind(document))).ToList();
        Assert.Equal(names, objects.Select(Kind).ToHashSet());
        var (code, _, error) = await kubectl.RunAsync("apply", "-n", "full", "-f", kubectl.Manifest("full.yaml", string.Join("\n---\n", objects.Select(static document => document.Replace("namespace: default", "namespace: full", StringComparison.Ordinal)))));
        Assert.True(code == 0, error);
        var before = await KeysAsync("full");
        Assert.True(before.Count >= names.Count, string.Join('\n', before));

        Start(inProcess: true);
        await kubectl.OkAsync("delete", "namespace", "full", "--timeout=40s");

        Assert.Equal([], await KeysAsync("full"));
        await kubectl.OkAsync("create", "namespace", "full");
        await kubectl.OkAsync("create", "configmap", "new", "-n", "full");

        static string Kind(string document) => document.Split('\n').First(static line => line.StartsWith("kind: ", StringComparison.Ordinal))["kind: ".Length..];
    }

    [Fact]
    public async Task Who_joins_can_trust_what_is_signed_with_its_token_while_that_is_good()
    {
        const string Kubeconfig = "apiVersion: v1\nkind: Config\n";
        Start(inProcess: true);
        await Admin.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Name = "cluster-info", Namespace = "kube-public" }, Data = [new("kubeconfig", Kubeconfig)] }, default);
        await Admin.CreateAsync(Bootstrap("abcdef", "2100-01-01T00:00:00Z"), default);
        await Admin.CreateAsync(Bootstrap("expire", "2001-01-01T00:00:00Z"), default);
        await UntilAsync<Secret>("kube-system", all => all is [{ Metadata.Name: "bootstrap-token-abcdef" }]);
        await UntilAsync<ConfigMap>("kube-public", all => all.Any(static map => map.Data.ContainsKey("jws-kubeconfig-abcdef")));

        var signature = (await Admin.GetAsync<ConfigMap>(new("kube-public", "cluster-info"), default)).Data.Find("jws-kubeconfig-abcdef")!.Split('.');
        Assert.Equal("""{"alg":"HS256","kid":"abcdef"}""", System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(signature[0])));
        var signed = System.Text.Encoding.ASCII.GetBytes($"{signature[0]}.{System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.ASCII.GetBytes(Kubeconfig))}");
        Assert.Equal(("", System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.HMACSHA256.HashData("0123456789abcdef"u8, signed))), (signature[1], signature[2]));

        // Strangers read it where a binding, which whoever prepares the joining makes, lets them.
        const string Path = "/api/v1/namespaces/kube-public/configmaps/cluster-info";
        var stranger = Server.ClientOf(null);
        Assert.Equal((403, 401), ((await stranger.AskAsync(Path)).Code, (await stranger.AskAsync("/api/v1/namespaces/kube-public/configmaps")).Code));
        var kubectl = new Kubectl(Server, "1.33");
        await kubectl.OkAsync("create", "role", "cluster-info", "-n", "kube-public", "--verb=get", "--resource=configmaps", "--resource-name=cluster-info");
        await kubectl.OkAsync("create", "rolebinding", "cluster-info", "-n", "kube-public", "--role=cluster-info", "--user=system:anonymous");
        Assert.Equal(200, (await stranger.AskAsync(Path)).Code);

        await Admin.DeleteAsync<Secret>(new NamespacedName("kube-system", "bootstrap-token-abcdef"), default);
        await UntilAsync<ConfigMap>("kube-public", all => !all.Any(static map => map.Data.ContainsKey("jws-kubeconfig-abcdef")));

        static Secret Bootstrap(string id, string end) => new()
        {
            Type = SecretType.BootstrapToken,
            Metadata = new ObjectMeta { Name = "bootstrap-token-" + id, Namespace = "kube-system" },
            StringData = [new("token-id", id), new("token-secret", "0123456789abcdef"), new("usage-bootstrap-signing", "true"), new("expiration", end)],
        };
    }

    [Fact]
    public async Task A_secret_of_an_account_gets_a_token_that_is_good_as_long_as_both_are_there()
    {
        Start(inProcess: true);
        await Admin.CreateAsync(new ServiceAccount { Metadata = new ObjectMeta { Name = "robot", Namespace = "default" } }, default);
        await Admin.CreateAsync(TokenSecret("t"), default);
        await UntilAsync<Secret>("default", all => all[0].Data.Find("token").Length > 0);
        var secret = await Admin.GetAsync<Secret>(new("default", "t"), default);
        Assert.Equal(("PEM", "default"), (Text("ca.crt"), Text("namespace")));
        Assert.Equal((await Admin.GetAsync<ServiceAccount>(new("default", "robot"), default)).Metadata.UID, secret.Metadata.Annotations.Find("kubernetes.io/service-account.uid"));

        var token = Text("token");
        Assert.Equal((200, 401), (await CodeAsync(token), await CodeAsync(token[..^4] + "AAAA")));
        secret = await Admin.GetAsync<Secret>(NamespacedName.Of(secret), default);
        Assert.Equal($"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}", secret.Metadata.Labels.Find("kubernetes.io/legacy-token-last-used"));

        // Marked, it is believed no longer.
        await Admin.PatchAsync<Secret>(NamespacedName.Of(secret), Patch.Merge("""{"metadata":{"labels":{"kubernetes.io/legacy-token-invalid-since":"2026-01-01"}}}"""), default);
        Assert.Equal(401, await CodeAsync(token));
        await Admin.PatchAsync<Secret>(NamespacedName.Of(secret), Patch.Merge("""{"metadata":{"labels":{"kubernetes.io/legacy-token-invalid-since":null}}}"""), default);
        Assert.Equal(200, await CodeAsync(token));

        // Cleared, it is filled again, and the token of before is another.
        secret = secret with { Metadata = secret.Metadata with { ResourceVersion = "" } };
        await Admin.UpdateAsync(secret with { Data = [new("token", "x"u8.ToArray())] }, default);
        Assert.Equal(401, await CodeAsync(token));
        await Admin.UpdateAsync(secret with { Data = [] }, default);
        await UntilAsync<Secret>("default", all => all[0].Data.Find("token").Length > 1);

        await Admin.DeleteAsync<ServiceAccount>(new NamespacedName("default", "robot"), default);
        await UntilAsync<Secret>("default", all => all.Count == 0);
        Assert.Equal(401, await CodeAsync(token));
        await Admin.CreateAsync(TokenSecret("orphan"), default);
        await UntilAsync<Secret>("default", all => all.Count == 0);

        string Text(string key) => System.Text.Encoding.UTF8.GetString(secret.Data.Find(key).Span);

        static Secret TokenSecret(string name) => new()
        {
            Type = SecretType.ServiceAccountToken,
            Metadata = new ObjectMeta { Name = name, Namespace = "default", Annotations = [new("kubernetes.io/service-account.name", "robot")] },
        };

        async Task<int> CodeAsync(string bearer)
        {
            var client = Server.ClientOf(null);
            client.DefaultRequestHeaders.Authorization = new("Bearer", bearer);
            return (await client.AskAsync("/version")).Code;
        }
    }

    [Fact]
    public async Task A_namespace_of_a_thousand_objects_goes_as_one_of_a_few_does()
    {
        Start(inProcess: true);
        await Admin.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "many" } }, default);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, ct) => await Admin.CreateAsync(A.ConfigMap($"m{i}", ns: "many"), ct));

        var began = TimeProvider.System.GetTimestamp();
        await Admin.DeleteAsync<Namespace>(new NamespacedName("", "many"), default);
        await UntilAsync<Namespace>("", all => !all.Any(found => found.Metadata.Name == "many"));

        TestContext.Current.SendDiagnosticMessage($"gone in {TimeProvider.System.GetElapsedTime(began).TotalMilliseconds:0} ms");
        Assert.Equal([], await KeysAsync("many"));
    }

    [Fact]
    public async Task Controllers_at_rest_write_nothing()
    {
        Start(inProcess: true);
        await Admin.CreateAsync(A.Service("web", clusterIP: ""), default);
        await Admin.CreateAsync(Plain(A.Deployment("web", 2)), default);
        await UntilAsync<Deployment>("default", all => IsDone(all, "1"));

        // The same revision over many looks: whoever writes in circles is seen.
        var (same, last) = (0, "");
        for (var looks = 0; same < 50; looks++)
        {
            Assert.True(looks < 1000, $"writes go on\n{Logs}");
            await Task.Delay(5);
            var now = (await Admin.ListAsync<Pod>(ListQuery.In("default"), default)).Metadata.ResourceVersion;
            (same, last) = (now == last ? same + 1 : 0, now);
        }
    }

    private static bool IsDone(IReadOnlyList<Deployment> all, string revision) =>
        all is [var deployment] && deployment.IsComplete(deployment.Status) && deployment.Metadata.Annotations.Find(Revisions.Revision) == revision
        && deployment.Status.Conditions.Any(condition => condition.Reason == "NewReplicaSetAvailable");

    private static Deployment Plain(Deployment deployment) =>
        deployment with { Metadata = new ObjectMeta { Name = deployment.Metadata.Name, Namespace = deployment.Metadata.Namespace } };

    private Task PatchImageAsync(string image) => Admin.PatchAsync<Deployment>(
        new("default", "web"), Patch.StrategicMerge($"{{\"spec\":{{\"template\":{{\"spec\":{{\"containers\":[{{\"name\":\"main\",\"image\":\"{image}\"}}]}}}}}}}}"), default);

    [Fact]
    public async Task The_service_of_the_nodes_dns_is_there_and_comes_back()
    {
        Start(inProcess: true);
        await UntilAsync<Service>("kube-system", all => all is [{ Metadata.Name: "kube-dns", Spec: { ClusterIP: "10.96.0.10", Ports.Count: 3, Selector.Count: 0 } }]);

        await Admin.DeleteAsync<Service>(new("kube-system", "kube-dns"), DeleteOptions.Empty, default);
        await UntilAsync<Service>("kube-system", all => all is [{ Spec.ClusterIP: "10.96.0.10" }]);
        await Admin.PatchAsync<Service>(new("kube-system", "kube-dns"), Patch.Merge("{\"spec\":{\"selector\":{\"k8s-app\":\"kube-dns\"}}}"), default);
        await UntilAsync<EndpointSlice>("kube-system", all => all.Count == 1); // Somebody's own server may stand behind it.
    }

    [Fact]
    public async Task Rules_join_the_roles_that_gather_them()
    {
        Start(inProcess: true);
        await Admin.CreateAsync(
            new ClusterRole
            {
                Metadata = new ObjectMeta { Name = "widget-viewer", Labels = [new("rbac.authorization.k8s.io/aggregate-to-view", "true")] },
                Rules = [new PolicyRule { Verbs = ["get"], APIGroups = ["example.com"], Resources = ["widgets"] }],
            },
            default);

        await UntilAsync<ClusterRole>("", all => Has(all, "view") && Has(all, "edit") && Has(all, "admin"));
        await Admin.DeleteAsync<ClusterRole>(new("", "widget-viewer"), DeleteOptions.Empty, default);
        await UntilAsync<ClusterRole>("", all => !Has(all, "view") && !Has(all, "edit") && !Has(all, "admin"));

        static bool Has(IReadOnlyList<ClusterRole> all, string name) => all.Single(role => role.Metadata.Name == name).Rules.Any(rule => rule.Resources.Contains("widgets"));
    }

    /// <summary>What is stored of a namespace, by whatever kind.</summary>
    private async Task<IReadOnlyList<string>> KeysAsync(string ns) =>
        [.. (await Server.Store.RangeAsync("", default)).Entries.Select(static entry => entry.Key).Where(key => key.Contains($"/{ns}/", StringComparison.Ordinal))];

    /// <summary>The kinds within namespaces that the server says it has.</summary>
    private async Task<HashSet<string>> NamespacedKindsAsync()
    {
        var kinds = new HashSet<string>();
        foreach (var root in (string[])["/api", "/apis"])
        {
            var groups = (await Server.Admin.GetAsync(root, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")).Items;
            kinds.UnionWith(groups.SelectMany(static group => group!["versions"]!.AsArray()).SelectMany(static version => version!["resources"]!.AsArray())
                .Where(static resource => (string)resource!["scope"]! == "Namespaced" && resource["verbs"]!.AsArray().Any(static verb => (string)verb! == "list"))
                .Select(static resource => (string)resource!["responseKind"]!["kind"]!));
        }

        return kinds;
    }

    private void Start(bool inProcess)
    {
        RunControllers(
            new ControllerConfig { RootCertificates = () => "PEM", DnsAddress = "10.96.0.10", TokenSigningKey = () => Server.TokenKey }, inProcess ? null : Admin);
        Run(RunPodsAsync);
    }

    // What scheduler and kubelet do, without either.
    private async Task RunPodsAsync(CancellationToken ct)
    {
        var next = 0;
        await foreach (var change in Admin.WatchAsync<Pod>(ListQuery.All, ct))
        {
            if (change.Type is WatchEventType.Added or WatchEventType.Modified && change.Object.Status.Phase != "Running" && !change.Object.IsBeingDeleted)
            {
                var ip = $"10.244.0.{++next}";
                var status = $"{{\"status\":{{\"phase\":\"Running\",\"podIP\":\"{ip}\",\"podIPs\":[{{\"ip\":\"{ip}\"}}],\"conditions\":[{{\"type\":\"Ready\",\"status\":\"True\"}}]}}}}";
                try
                {
                    await Admin.PatchAsync<Pod>(NamespacedName.Of(change.Object), Patch.StrategicMerge(status), "status", ct);
                }
                catch (ApiException e) when (e.IsNotFound)
                {
                }
            }
        }
    }

    private async Task UntilAsync<T>(string ns, Func<IReadOnlyList<T>, bool> condition) where T : class, IResource<T>
    {
        IReadOnlyList<T> seen = [];
        await UntilAsync(
            async token => condition(seen = (await Admin.ListAsync<T>(ListQuery.In(ns), token)).Items),
            () => $"the {T.ResourceType.Plural}: {string.Join("\n", seen.Select(item => System.Text.Encoding.UTF8.GetString(Navarch.Api.Json.ApiJson.ToUtf8(item))))}");
    }
}
