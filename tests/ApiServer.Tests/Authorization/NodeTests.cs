using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Authorization;

public sealed class NodeTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private TestServer Server => shared.Server;

    [Fact]
    public async Task A_kubelet_reads_what_its_own_pods_need_and_only_while_they_do()
    {
        var space = await shared.NamespaceAsync();
        var root = $"/api/v1/namespaces/{space}";
        foreach (var name in (string[])["mine", "env", "pull", "other"])
        {
            await Server.Admin.PostAsync(root + "/secrets", $$$$"""{"metadata":{"name":"{{{{name}}}}"}}""");
        }

        await PodAsync(root, "a", "node-a", """
            "imagePullSecrets":[{"name":"pull"}],"volumes":[{"name":"s","secret":{"secretName":"mine"}},{"name":"c","projected":{"sources":[{"configMap":{"name":"conf"}}]}},{"name":"d","persistentVolumeClaim":{"claimName":"data"}}],
            """, """ "env":[{"name":"E","valueFrom":{"secretKeyRef":{"name":"env","key":"k"}}}],""");
        await PodAsync(root, "b", "node-b", """ "volumes":[{"name":"s","secret":{"secretName":"other"}}],""", "");
        var kubelet = Kubelet("node-a");

        foreach (var name in (string[])["mine", "env", "pull"])
        {
            Assert.Equal(200, (await kubelet.AskAsync($"{root}/secrets/{name}")).Code);
        }

        var refused = await kubelet.AskAsync(root + "/secrets/other");
        Assert.Equal(
            (403, $"secrets \"other\" is forbidden: User \"system:node:node-a\" cannot get resource \"secrets\" in API group \"\" in the namespace \"{space}\": no relationship found between node 'node-a' and this object"),
            (refused.Code, refused.Message));
        Assert.Equal(404, (await kubelet.AskAsync(root + "/configmaps/conf")).Code);
        Assert.Equal(404, (await kubelet.AskAsync(root + "/persistentvolumeclaims/data")).Code);
        Assert.Equal(200, (await kubelet.AskAsync(root + "/secrets?fieldSelector=metadata.name%3Dmine")).Code);
        Assert.EndsWith(": No Object name found", (await kubelet.AskAsync(root + "/secrets")).Message);
        Assert.EndsWith(": can only read namespaced object of this type", (await kubelet.AskAsync("/api/v1/secrets")).Message);
        Assert.EndsWith(": can only read resources of this type", (await kubelet.RemoveAsync(root + "/secrets/mine")).Message);

        await Server.Admin.RemoveAsync(root + "/pods/a", """{"gracePeriodSeconds":0}""");
        Assert.Equal(403, (await kubelet.AskAsync(root + "/secrets/mine")).Code);
    }

    [Fact]
    public async Task What_a_pod_needed_is_nobodys_after_it_whatever_it_was_called_meanwhile()
    {
        var space = await shared.NamespaceAsync();
        var root = $"/api/v1/namespaces/{space}";
        await Server.Admin.PostAsync(root + "/secrets", """{"metadata":{"name":"s"}}""");
        await PodAsync(root, "a", "node-a", """ "volumes":[{"name":"v","secret":{"secretName":"s"}}],""", "");
        var kubelet = Kubelet("node-a");
        Assert.Equal(200, (await kubelet.AskAsync(root + "/secrets/s")).Code);

        Assert.Equal(200, (await PatchAsync(Server.Admin, root + "/pods/a/status", """{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}}}""")).Code);
        Assert.Equal(403, (await kubelet.AskAsync(root + "/secrets/s")).Code);
        Assert.Equal(200, (await PatchAsync(Server.Admin, root + "/pods/a/status", """{"metadata":{"annotations":{"kubernetes.io/config.mirror":null}}}""")).Code);
        Assert.Equal(200, (await kubelet.AskAsync(root + "/secrets/s")).Code);
        Assert.Equal(200, (await PatchAsync(Server.Admin, root + "/pods/a/status", """{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}}}""")).Code);
        await Server.Admin.RemoveAsync(root + "/pods/a", """{"gracePeriodSeconds":0}""");

        Assert.Equal(403, (await kubelet.AskAsync(root + "/secrets/s")).Code);
    }

    [Fact]
    public async Task A_volumes_secret_is_for_the_node_that_has_its_claim()
    {
        var space = await shared.NamespaceAsync();
        var root = $"/api/v1/namespaces/{space}";
        await Server.Admin.PostAsync(root + "/secrets", """{"metadata":{"name":"key"}}""");
        var volume = $$$$"""{"metadata":{"name":"{{{{space}}}}"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"claimRef":{"namespace":"{{{{space}}}}","name":"data"},"csi":{"driver":"d.example.com","volumeHandle":"h","nodeStageSecretRef":{"namespace":"{{{{space}}}}","name":"key"} } } }""";
        Assert.Equal(201, (await Server.Admin.PostAsync("/api/v1/persistentvolumes", volume)).Code);
        await PodAsync(root, "a", "node-a", """ "volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"data"}}],""", "");

        Assert.Equal((200, 200), ((await Kubelet("node-a").AskAsync(root + "/secrets/key")).Code, (await Kubelet("node-a").AskAsync("/api/v1/persistentvolumes/" + space)).Code));
        Assert.Equal((403, 403), ((await Kubelet("node-b").AskAsync(root + "/secrets/key")).Code, (await Kubelet("node-b").AskAsync("/api/v1/persistentvolumes/" + space)).Code));
    }

    [Fact]
    public async Task What_is_added_to_a_running_pod_counts_too()
    {
        var space = await shared.NamespaceAsync();
        var root = $"/api/v1/namespaces/{space}";
        await Server.Admin.PostAsync(root + "/secrets", """{"metadata":{"name":"late"}}""");
        await PodAsync(root, "a", "node-a", "", "");
        Assert.Equal(403, (await Kubelet("node-a").AskAsync(root + "/secrets/late")).Code);

        var added = await Server.Admin.PatchAsync(root + "/pods/a/ephemeralcontainers", "strategic-merge-patch+json", """{"spec":{"ephemeralContainers":[{"name":"e","image":"i","envFrom":[{"secretRef":{"name":"late"}}]}]}}""");
        Assert.Equal(200, added.Code);

        Assert.Equal(200, (await Kubelet("node-a").AskAsync(root + "/secrets/late")).Code);
    }

    [Fact]
    public async Task A_kubelet_writes_its_own_node_without_what_steers_pods()
    {
        var (own, other) = (Name("own"), Name("other"));
        var kubelet = Kubelet(own);
        Assert.Equal(
            $"nodes \"{other}\" is forbidden: node \"{own}\" is not allowed to modify node \"{other}\"",
            (await kubelet.PostAsync("/api/v1/nodes", $$$$"""{"metadata":{"name":"{{{{other}}}}"}}""")).Message);
        Assert.Equal(
            $"nodes \"{own}\" is forbidden: node \"{own}\" is not allowed to set the following labels: node-restriction.kubernetes.io/team",
            (await kubelet.PostAsync("/api/v1/nodes", $$$$"""{"metadata":{"name":"{{{{own}}}}","labels":{"node-restriction.kubernetes.io/team":"x","kubernetes.io/hostname":"h"}}}""")).Message);
        Assert.Equal(201, (await kubelet.PostAsync("/api/v1/nodes", $$$$"""{"metadata":{"name":"{{{{own}}}}","labels":{"kubernetes.io/hostname":"h","example.com/zone":"z"}}}""")).Code);
        await Server.Admin.PostAsync("/api/v1/nodes", $$$$"""{"metadata":{"name":"{{{{other}}}}"}}""");

        Assert.Equal(200, (await kubelet.AskAsync("/api/v1/nodes/" + own)).Code);
        Assert.EndsWith($": node '{own}' cannot read '{other}', only its own Node object", (await kubelet.AskAsync("/api/v1/nodes/" + other)).Message);
        Assert.EndsWith($": node '{own}' cannot read all nodes, only its own Node object", (await kubelet.AskAsync("/api/v1/nodes")).Message);
        Assert.Equal(200, (await PatchAsync(kubelet, $"/api/v1/nodes/{own}/status", """{"status":{"conditions":[{"type":"Ready","status":"True"}]}}""")).Code);
        Assert.Equal(403, (await PatchAsync(kubelet, $"/api/v1/nodes/{other}/status", """{"status":{"conditions":[]}}""")).Code);
        Assert.EndsWith($"node \"{own}\" is not allowed to modify taints", (await PatchAsync(kubelet, "/api/v1/nodes/" + own, """{"spec":{"taints":[{"key":"a","effect":"NoSchedule"}]}}""")).Message);
        Assert.EndsWith("is not allowed to modify labels: node-role.kubernetes.io/control-plane", (await PatchAsync(kubelet, "/api/v1/nodes/" + own, """{"metadata":{"labels":{"node-role.kubernetes.io/control-plane":""}}}""")).Message);
        Assert.EndsWith("is not allowed to modify ownerReferences", (await PatchAsync(kubelet, "/api/v1/nodes/" + own, """{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"x","uid":"u"}]}}""")).Message);
        Assert.Equal(403, (await kubelet.RemoveAsync("/api/v1/nodes/" + own)).Code);
    }

    [Fact]
    public async Task A_kubelet_touches_pods_of_its_node_alone()
    {
        var space = await shared.NamespaceAsync();
        var root = $"/api/v1/namespaces/{space}";
        await PodAsync(root, "a", "node-a", "", "");
        await PodAsync(root, "b", "node-b", "", "");
        var kubelet = Kubelet("node-a");

        Assert.Equal(200, (await kubelet.AskAsync("/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-a")).Code);
        Assert.EndsWith(": can only list/watch pods with spec.nodeName field selector", (await kubelet.AskAsync("/api/v1/pods")).Message);
        Assert.Equal(403, (await kubelet.AskAsync("/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-b")).Code);
        Assert.Equal(403, (await kubelet.AskAsync("/api/v1/pods?fieldSelector=spec.nodeName!%3Dnode-a")).Code);
        Assert.Equal((200, 403), ((await kubelet.AskAsync(root + "/pods/a")).Code, (await kubelet.AskAsync(root + "/pods/b")).Code));

        Assert.Equal(200, (await PatchAsync(kubelet, root + "/pods/a/status", """{"status":{"phase":"Running"}}""")).Code);
        Assert.Equal(
            "pods \"b\" is forbidden: node \"node-a\" can only update pod status for pods with spec.nodeName set to itself",
            (await PatchAsync(kubelet, root + "/pods/b/status", """{"status":{"phase":"Running"}}""")).Message);
        Assert.EndsWith("cannot update labels through pod status", (await PatchAsync(kubelet, root + "/pods/a/status", """{"metadata":{"labels":{"app":"web"}}}""")).Message);
        Assert.Equal(403, (await PatchAsync(kubelet, root + "/pods/a", """{"metadata":{"labels":{"app":"web"}}}""")).Code);
        Assert.EndsWith("can only delete pods with spec.nodeName set to itself", (await kubelet.RemoveAsync(root + "/pods/b")).Message);
        Assert.EndsWith(
            "node node-a can only evict pods with spec.nodeName set to itself",
            (await kubelet.PostAsync(root + "/pods/b/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"b"}}""")).Message);
        Assert.Equal(403, (await kubelet.PostAsync(root + "/pods", """{"metadata":{"name":"new"},"spec":{"nodeName":"node-a","containers":[{"name":"c","image":"i"}]}}""")).Code);
        Assert.Equal(200, (await kubelet.RemoveAsync(root + "/pods/a", """{"gracePeriodSeconds":0}""")).Code);
    }

    [Fact]
    public async Task A_kubelet_gets_tokens_for_its_own_pods()
    {
        var space = await shared.NamespaceAsync();
        var root = $"/api/v1/namespaces/{space}";
        foreach (var account in (string[])["a", "b"])
        {
            await Server.Admin.PostAsync(root + "/serviceaccounts", $$$$"""{"metadata":{"name":"{{{{account}}}}"}}""");
        }

        var a = await PodAsync(root, "a", "node-a", """ "serviceAccountName":"a","volumes":[{"name":"t","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}],""", "");
        await PodAsync(root, "b", "node-b", """ "serviceAccountName":"b",""", "");
        var kubelet = Kubelet("node-a");

        Assert.Equal(201, (await kubelet.PostAsync(root + "/serviceaccounts/a/token", Bound("a", a))).Code);
        Assert.EndsWith(": no relationship found between node 'node-a' and this object", (await kubelet.PostAsync(root + "/serviceaccounts/b/token", Bound("b", a))).Message);
        Assert.EndsWith("node requested token not bound to a pod", (await kubelet.PostAsync(root + "/serviceaccounts/a/token", """{"spec":{}}""")).Message);
        Assert.EndsWith("node requested token with a pod binding without a uid", (await kubelet.PostAsync(root + "/serviceaccounts/a/token", Bound("a", ""))).Message);
        Assert.Equal(403, (await kubelet.PostAsync(root + "/serviceaccounts/a/token", Bound("a", "forged"))).Code);

        static string Bound(string pod, string uid) => $$$$"""{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"{{{{pod}}}}","uid":"{{{{uid}}}}"}}}""";
    }

    [Fact]
    public async Task A_kubelet_renews_its_own_lease()
    {
        var kubelet = Kubelet("leased");
        const string Leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
        Assert.Equal(201, (await kubelet.PostAsync(Leases, """{"metadata":{"name":"leased"}}""")).Code);
        Assert.Equal(200, (await kubelet.AskAsync(Leases + "/leased")).Code);
        Assert.Equal(403, (await kubelet.PostAsync(Leases, """{"metadata":{"name":"stolen"}}""")).Code);
        Assert.EndsWith(": can only access node lease with the same name as the requesting node", (await kubelet.AskAsync(Leases + "/stolen")).Message);
        Assert.EndsWith(": can only access leases in the \"kube-node-lease\" system namespace", (await kubelet.PostAsync("/apis/coordination.k8s.io/v1/namespaces/default/leases", """{"metadata":{"name":"leased"}}""")).Message);
    }

    [Fact]
    public async Task The_group_of_nodes_alone_opens_nothing()
    {
        var group = Server.ClientOf(Server.Authority.Client("eve", "system:nodes"));
        var name = Server.ClientOf(Server.Authority.Client("system:node:node-a"));

        Assert.Equal((403, 403), ((await group.AskAsync("/api/v1/services")).Code, (await name.AskAsync("/api/v1/services")).Code));
        Assert.Equal(200, (await Kubelet("node-a").AskAsync("/api/v1/services")).Code);
    }

    private static string Name(string text) => $"{text}-{Guid.NewGuid():N}"[..20];

    private static Task<Answer> PatchAsync(HttpClient client, string path, string body) => client.PatchAsync(path, "merge-patch+json", body);

    private HttpClient Kubelet(string node) => Server.ClientOf(Server.Authority.Client("system:node:" + node, "system:nodes"));

    /// <summary>The new pod's uid.</summary>
    private async Task<string> PodAsync(string root, string name, string node, string spec, string container)
    {
        var answer = await Server.Admin.PostAsync(root + "/pods", $$$$"""{"metadata":{"name":"{{{{name}}}}"},"spec":{{{{{spec}}}}"nodeName":"{{{{node}}}}","containers":[{{{{{container}}}}"name":"c","image":"i"}]}}""");
        Assert.Equal((201, ""), (answer.Code, answer.Message));
        return (string)answer.Json["metadata"]!["uid"]!;
    }
}
