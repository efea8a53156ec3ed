using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Attacks;

/// <summary>What the kubelet of a node that was taken over may not do to other nodes and to the cluster.</summary>
public sealed class KubeletTests(KubeletTests.TwoNodes nodes) : IClassFixture<KubeletTests.TwoNodes>
{
    private const string Work = "/api/v1/namespaces/work";
    private const string Mirror = """ "metadata":{"name":"m","annotations":{"kubernetes.io/config.mirror":"x","kubernetes.io/config.source":"file"},"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"NODE","uid":"UID","controller":true}]}""";
    private const string Plain = """ "containers":[{"name":"c","image":"i"}]""";

    [Theory]
    [InlineData("GET", $"{Work}/secrets/of-b")]
    [InlineData("GET", $"{Work}/secrets")]
    [InlineData("GET", "/api/v1/secrets")]
    [InlineData("GET", $"{Work}/secrets?fieldSelector=metadata.name%3Dof-b")]
    [InlineData("GET", $"{Work}/secrets?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dof-b")]
    [InlineData("GET", "/api/v1/watch/namespaces/work/secrets/of-b?timeoutSeconds=1")]
    [InlineData("GET", "/api/v1/watch/namespaces/work/secrets?timeoutSeconds=1")]
    [InlineData("PUT", $"{Work}/secrets/of-a", """{"metadata":{"name":"of-a"}}""")]
    [InlineData("DELETE", $"{Work}/secrets/of-a")]
    [InlineData("GET", $"{Work}/configmaps")]
    [InlineData("POST", $"{Work}/configmaps", """{"metadata":{"name":"x"}}""")]
    [InlineData("GET", "/api/v1/pods")]
    [InlineData("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-b")]
    [InlineData("GET", "/api/v1/pods?fieldSelector=spec.nodeName!%3Dnode-a")]
    [InlineData("GET", $"{Work}/pods/b")]
    [InlineData("GET", $"{Work}/pods/b/log")]
    [InlineData("GET", $"{Work}/pods/a/exec?command=sh")]
    [InlineData("PATCH", $"{Work}/pods/b/status", """{"status":{"phase":"Failed"}}""")]
    [InlineData("PATCH", $"{Work}/pods/a", """{"spec":{"containers":[{"name":"c","image":"evil"}]}}""")]
    [InlineData("PATCH", $"{Work}/pods/a/status", """{"metadata":{"labels":{"app":"db"}}}""")]
    [InlineData("PATCH", $"{Work}/pods/a/status", """{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}}}""")]
    [InlineData("PATCH", $"{Work}/pods/a/status", """{"status":{"resourceClaimStatuses":[{"name":"r","resourceClaimName":"of-b"}]}}""")]
    [InlineData("PATCH", $"{Work}/pods/a/status", """{"status":{"extendedResourceClaimStatus":{"resourceClaimName":"of-b","requestMappings":[{"containerName":"c","resourceName":"example.com/x","requestName":"r"}]}}}""")]
    [InlineData("PATCH", $"{Work}/pods/a/ephemeralcontainers", """{"spec":{"ephemeralContainers":[{"name":"e","image":"i"}]}}""")]
    [InlineData("PATCH", $"{Work}/pods/a/resize", """{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}]}}""")]
    [InlineData("POST", $"{Work}/pods/free/binding", """{"metadata":{"name":"free"},"target":{"kind":"Node","name":"node-a"}}""")]
    [InlineData("POST", $"{Work}/bindings", """{"metadata":{"name":"free"},"target":{"kind":"Node","name":"node-a"}}""")]
    [InlineData("POST", $"{Work}/pods/b/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"b"}}""")]
    [InlineData("DELETE", $"{Work}/pods/b")]
    [InlineData("DELETE", $"{Work}/pods")]
    [InlineData("DELETE", $"{Work}/pods?fieldSelector=spec.nodeName%3Dnode-a")]
    [InlineData("POST", $"{Work}/pods", $$$$"""{"metadata":{"name":"new"},"spec":{"nodeName":"node-a",{{{{Plain}}}}}}""")]
    [InlineData("POST", $"{Work}/pods", $$$$"""{{{{{Mirror}}}},"spec":{"nodeName":"node-b",{{{{Plain}}}}}}""")]
    [InlineData("POST", $"{Work}/pods", $$$$"""{{{{{Mirror}}}},"spec":{"nodeName":"node-a","serviceAccountName":"b",{{{{Plain}}}}}}""")]
    [InlineData("POST", $"{Work}/pods", $$$$"""{{{{{Mirror}}}},"spec":{"nodeName":"node-a","volumes":[{"name":"v","secret":{"secretName":"of-b"}}],{{{{Plain}}}}}}""")]
    [InlineData("POST", $"{Work}/pods", $$$$"""{{{{{Mirror}}}},"spec":{"nodeName":"node-a","volumes":[{"name":"v","projected":{"sources":[{"secret":{"name":"of-b"}}]}}],{{{{Plain}}}}}}""")]
    [InlineData("POST", $"{Work}/pods", $$$$"""{{{{{Mirror}}}},"spec":{"nodeName":"node-a","volumes":[{"name":"v","configMap":{"name":"x"}}],{{{{Plain}}}}}}""")]
    [InlineData("POST", $"{Work}/pods", $$$$"""{{{{{Mirror}}}},"spec":{"nodeName":"node-a","volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"x"}}],{{{{Plain}}}}}}""")]
    [InlineData("POST", $"{Work}/pods", $$$$"""{{{{{Mirror}}}},"spec":{"nodeName":"node-a","imagePullSecrets":[{"name":"of-b"}],{{{{Plain}}}}}}""")]
    [InlineData("POST", $"{Work}/pods", $$$$"""{{{{{Mirror}}}},"spec":{"nodeName":"node-a","containers":[{"name":"c","image":"i","envFrom":[{"secretRef":{"name":"of-b"}}]}]}}""")]
    [InlineData("POST", $"{Work}/pods", $$$$"""{{{{{Mirror}}}},"spec":{"nodeName":"node-a","initContainers":[{"name":"d","image":"i","env":[{"name":"E","valueFrom":{"secretKeyRef":{"name":"of-b","key":"k"}}}]}],{{{{Plain}}}}}}""")]
    [InlineData("POST", $"{Work}/pods", $$$$"""{{{{{Mirror}}}},"spec":{"nodeName":"node-a","resourceClaims":[{"name":"r","resourceClaimName":"x"}],{{{{Plain}}}}}}""")]
    [InlineData("POST", "/api/v1/nodes", """{"metadata":{"name":"node-c"}}""")]
    [InlineData("GET", "/api/v1/nodes")]
    [InlineData("GET", "/api/v1/nodes/node-b")]
    [InlineData("GET", "/api/v1/nodes?fieldSelector=metadata.name%3Dnode-b")]
    [InlineData("GET", "/api/v1/nodes/node-b/proxy/pods")]
    [InlineData("GET", "/api/v1/nodes/node-a/proxy/pods")]
    [InlineData("PATCH", "/api/v1/nodes/node-b", """{"metadata":{"labels":{"a":"b"}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/node-b/status", """{"status":{"conditions":[]}}""")]
    [InlineData("PATCH", "/api/v1/nodes/node-a", """{"metadata":{"labels":{"node-restriction.kubernetes.io/team":"red"}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/node-a", """{"metadata":{"labels":{"x.node-restriction.kubernetes.io/team":"red"}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/node-a", """{"metadata":{"labels":{"node-role.kubernetes.io/control-plane":""}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/node-a", """{"metadata":{"labels":{"node-restriction.kubernetes.io/kept":null}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/node-a/status", """{"metadata":{"labels":{"node-restriction.kubernetes.io/team":"red"}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/node-a", """{"spec":{"taints":null}}""")]
    [InlineData("PATCH", "/api/v1/nodes/node-a", """{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"gone","uid":"u"}]}}""")]
    [InlineData("PATCH", "/api/v1/nodes/node-a/status", """{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"gone","uid":"u"}]}}""")]
    [InlineData("DELETE", "/api/v1/nodes/node-a")]
    [InlineData("DELETE", "/api/v1/nodes/node-b")]
    [InlineData("POST", $"{Work}/serviceaccounts/b/token", """{"spec":{}}""")]
    [InlineData("POST", $"{Work}/serviceaccounts/b/token", """{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"b","uid":"UID-B"}}}""")]
    [InlineData("POST", $"{Work}/serviceaccounts/a/token", """{"spec":{}}""")]
    [InlineData("POST", $"{Work}/serviceaccounts/a/token", """{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"b","uid":"UID-B"}}}""")]
    [InlineData("POST", $"{Work}/serviceaccounts/a/token", """{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Node","name":"node-a"}}}""")]
    [InlineData("POST", $"{Work}/serviceaccounts/a/token", """{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Secret","name":"of-a"}}}""")]
    [InlineData("POST", $"{Work}/serviceaccounts/a/token", """{"spec":{"audiences":["bank"],"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"a","uid":"UID-A"}}}""")]
    [InlineData("POST", $"{Work}/serviceaccounts/a/token", """{"spec":{"audiences":["vault","bank"],"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"a","uid":"UID-A"}}}""")]
    [InlineData("POST", $"{Work}/serviceaccounts", """{"metadata":{"name":"x"}}""")]
    [InlineData("GET", $"{Work}/serviceaccounts/b")]
    [InlineData("PUT", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-b", """{"metadata":{"name":"node-b"}}""")]
    [InlineData("POST", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", """{"metadata":{"name":"node-b"}}""")]
    [InlineData("GET", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases")]
    [InlineData("PUT", "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/node-a", """{"metadata":{"name":"node-a"}}""")]
    [InlineData("POST", "/apis/storage.k8s.io/v1/csinodes", """{"metadata":{"name":"node-b"},"spec":{"drivers":[]}}""")]
    [InlineData("GET", "/apis/storage.k8s.io/v1/csinodes/node-b")]
    [InlineData("GET", "/apis/storage.k8s.io/v1/csinodes")]
    [InlineData("GET", "/apis/storage.k8s.io/v1/volumeattachments")]
    [InlineData("GET", "/apis/storage.k8s.io/v1/volumeattachments/of-b")]
    [InlineData("POST", "/apis/resource.k8s.io/v1/resourceslices", """{"metadata":{"name":"s"},"spec":{"driver":"d.io","nodeName":"node-b","pool":{"name":"node-b","resourceSliceCount":1},"devices":[]}}""")]
    [InlineData("POST", "/apis/resource.k8s.io/v1/resourceslices", """{"metadata":{"name":"s"},"spec":{"driver":"d.io","allNodes":true,"pool":{"name":"p","resourceSliceCount":1},"devices":[]}}""")]
    [InlineData("GET", "/apis/resource.k8s.io/v1/resourceslices")]
    [InlineData("GET", "/apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.nodeName%3Dnode-b")]
    [InlineData("DELETE", "/apis/resource.k8s.io/v1/resourceslices")]
    [InlineData("GET", "/apis/resource.k8s.io/v1/resourceclaims")]
    [InlineData("PATCH", $"{Work}/persistentvolumeclaims/of-b/status", """{"status":{"phase":"Bound"}}""")]
    [InlineData("PATCH", $"{Work}/persistentvolumeclaims/of-a", """{"metadata":{"labels":{"a":"b"}}}""")]
    [InlineData("PATCH", $"{Work}/persistentvolumeclaims/of-a/status", """{"status":{"phase":"Lost"}}""")]
    [InlineData("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """{"metadata":{"name":"x"},"roleRef":{"kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"Group","name":"system:nodes"}]}""")]
    [InlineData("POST", "/api/v1/namespaces", """{"metadata":{"name":"x"}}""")]
    public async Task A_kubelet_stays_on_its_node(string method, string path, string? body = null)
    {
        var answer = await nodes.A.RawAsync(method, path, nodes.Filled(body));

        Assert.True(answer.Code == 403, $"{answer.Code} {answer.Text}");
    }

    [Theory]
    [InlineData("GET", $"{Work}/secrets/of-a", null, 200)]
    [InlineData("GET", $"{Work}/secrets?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dof-a", null, 200)]
    [InlineData("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-a", null, 200)]
    [InlineData("GET", "/api/v1/nodes?fieldSelector=metadata.name%3Dnode-a", null, 200)]
    [InlineData("GET", "/api/v1/services", null, 200)]
    [InlineData("POST", $"{Work}/serviceaccounts/a/token", """{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"a","uid":"UID-A"}}}""", 201)]
    [InlineData("POST", $"{Work}/serviceaccounts/a/token", """{"spec":{"audiences":["vault"],"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"a","uid":"UID-A"}}}""", 201)]
    [InlineData("POST", $"{Work}/serviceaccounts/a/token", """{"spec":{"audiences":["of-driver"],"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"a","uid":"UID-A"}}}""", 201)]
    [InlineData("POST", $"{Work}/serviceaccounts/a/token", """{"spec":{"audiences":["granted"],"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"a","uid":"UID-A"}}}""", 201)]
    [InlineData("GET", "/apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.nodeName%3Dnode-a", null, 200)]
    [InlineData("PATCH", $"{Work}/persistentvolumeclaims/of-a/status", """{"status":{"capacity":{"storage":"1Gi"}}}""", 200)]
    [InlineData("POST", $"{Work}/pods", $$$$"""{{{{{Mirror}}}},"spec":{"nodeName":"node-a",{{{{Plain}}}}}}""", 201)]
    public async Task And_does_its_work_there(string method, string path, string? body, int code)
    {
        var answer = await nodes.A.RawAsync(method, path, nodes.Filled(body));

        Assert.True(answer.Code == code, $"{answer.Code} {answer.Text}");
    }

    /// <summary>Nodes a and b with a pod each, and what those need.</summary>
    public sealed class TwoNodes : IAsyncLifetime
    {
        private readonly Dictionary<string, string> uids = [];
        private TestServer server = null!;

        internal HttpClient A { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            server = await TestServer.StartAsync();
            await DoAsync("/api/v1/namespaces", """{"metadata":{"name":"work"}}""");
            await DoAsync("/apis/storage.k8s.io/v1/csidrivers", """{"metadata":{"name":"d.io"},"spec":{"tokenRequests":[{"audience":"of-driver"}]}}""");
            foreach (var one in (string[])["a", "b"])
            {
                uids["NODE-" + one] = await DoAsync("/api/v1/nodes", $$$$"""{"metadata":{"name":"node-{{{{one}}}}","labels":{"node-restriction.kubernetes.io/kept":"yes"}}}""");
                await DoAsync($"{Work}/serviceaccounts", $$$$"""{"metadata":{"name":"{{{{one}}}}"}}""");
                await DoAsync($"{Work}/secrets", $$$$"""{"metadata":{"name":"of-{{{{one}}}}"}}""");
                await DoAsync($"{Work}/persistentvolumeclaims", $$$$"""{"metadata":{"name":"of-{{{{one}}}}"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } } }""");
                await DoAsync("/apis/storage.k8s.io/v1/volumeattachments", $$$$"""{"metadata":{"name":"of-{{{{one}}}}"},"spec":{"attacher":"d.io","nodeName":"node-{{{{one}}}}","source":{"persistentVolumeName":"v"}}}""");
                uids["UID-" + one.ToUpperInvariant()] = await DoAsync($"{Work}/pods", $$$$"""
                    {"metadata":{"name":"{{{{one}}}}"},"spec":{"nodeName":"node-{{{{one}}}}","serviceAccountName":"{{{{one}}}}","containers":[{"name":"c","image":"i"}],"volumes":[
                    {"name":"s","secret":{"secretName":"of-{{{{one}}}}"}},{"name":"p","persistentVolumeClaim":{"claimName":"of-{{{{one}}}}"}},{"name":"d","csi":{"driver":"d.io"}},
                    {"name":"t","projected":{"sources":[{"serviceAccountToken":{"path":"t"}},{"serviceAccountToken":{"path":"v","audience":"vault"}}]}}]}}
                    """);
            }

            await DoAsync($"{Work}/pods", $$$$"""{"metadata":{"name":"free"},"spec":{{{{{Plain}}}}}}""");
            await DoAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles", """{"metadata":{"name":"audience"},"rules":[{"verbs":["request-serviceaccounts-token-audience"],"apiGroups":[""],"resources":["granted"],"resourceNames":["a"]}]}""");
            await DoAsync("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """{"metadata":{"name":"audience"},"roleRef":{"kind":"ClusterRole","name":"audience"},"subjects":[{"kind":"Group","name":"system:nodes"}]}""");
            A = server.ClientOf(server.Authority.Client("system:node:node-a", "system:nodes"));
        }

        public async ValueTask DisposeAsync() => await server.DisposeAsync();

        internal string? Filled(string? body) => body?.Replace("\"NODE\"", "\"node-a\"", StringComparison.Ordinal).Replace("\"UID\"", $"\"{uids["NODE-a"]}\"", StringComparison.Ordinal)
            .Replace("UID-A", uids["UID-A"], StringComparison.Ordinal).Replace("UID-B", uids["UID-B"], StringComparison.Ordinal);

        /// <summary>The new object's uid.</summary>
        private async Task<string> DoAsync(string path, string body)
        {
            var answer = await server.Admin.PostAsync(path, body);
            Assert.True(answer.Code == 201, answer.Text);
            return (string)answer.Json["metadata"]!["uid"]!;
        }
    }
}
