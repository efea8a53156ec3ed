using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Attacks;

/// <summary>Ways around what holds pods and Services to the rules of their namespace.</summary>
public sealed class AdmissionBypassTests(AdmissionBypassTests.Strict strict) : IClassFixture<AdmissionBypassTests.Strict>
{
    private const string Pods = "/api/v1/namespaces/strict/pods";

    [Theory]
    [InlineData("""{"hostPID":true,"containers":[{"name":"c","image":"i"}]}""")]
    [InlineData("""{"hostNetwork":true,"containers":[{"name":"c","image":"i"}]}""")]
    [InlineData("""{"initContainers":[{"name":"d","image":"i","securityContext":{"privileged":true}}],"containers":[{"name":"c","image":"i"}]}""")]
    [InlineData("""{"initContainers":[{"name":"d","image":"i","restartPolicy":"Always","securityContext":{"capabilities":{"add":["SYS_ADMIN"]}}}],"containers":[{"name":"c","image":"i"}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","securityContext":{"capabilities":{"add":["ALL"]}}}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","securityContext":{"capabilities":{"add":["sys_admin"]}}}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","securityContext":{"seccompProfile":{"type":"Unconfined"}}}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","securityContext":{"seccompProfile":{"type":""}}}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"../../x"}}}]}""")]
    [InlineData("""{"securityContext":{"seccompProfile":{"type":"unconfined"}},"containers":[{"name":"c","image":"i"}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","securityContext":{"appArmorProfile":{"type":"Unconfined"}}}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","securityContext":{"procMount":"Unmasked"}}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","securityContext":{"seLinuxOptions":{"type":"spc_t"}}}]}""")]
    [InlineData("""{"securityContext":{"seLinuxOptions":{"user":"system_u"}},"containers":[{"name":"c","image":"i"}]}""")]
    [InlineData("""{"securityContext":{"sysctls":[{"name":"kernel.msgmax","value":"1"}]},"containers":[{"name":"c","image":"i"}]}""")]
    [InlineData("""{"os":{"name":"windows"},"securityContext":{"windowsOptions":{"hostProcess":true}},"hostNetwork":true,"containers":[{"name":"c","image":"i"}]}""")]
    [InlineData("""{"securityContext":{"windowsOptions":{"hostProcess":true}},"hostNetwork":true,"containers":[{"name":"c","image":"i"}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80,"hostPort":80}]}]}""")]
    [InlineData("""{"volumes":[{"name":"v","hostPath":{"path":"/"}}],"containers":[{"name":"c","image":"i"}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","livenessProbe":{"httpGet":{"port":80,"host":"169.254.169.254"}}}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","lifecycle":{"postStart":{"httpGet":{"port":80,"host":"127.0.0.1"}}}}]}""")]
    [InlineData("""{"containers":[{"name":"c","image":"i","lifecycle":{"preStop":{"tcpSocket":{"port":80,"host":"10.0.0.1"}}}}]}""")]
    public async Task No_pod_is_less_strict_than_its_namespace(string spec)
    {
        foreach (var (method, path, body) in ((string, string, string)[])
            [
                ("POST", Pods, $$$$"""{"metadata":{"name":"x"},"spec":{{{{spec}}}}}"""),
                ("POST", Pods, $$$$"""{"metadata":{"generateName":"x-"},"spec":{{{{spec}}}}}"""),
                ("POST", Pods + "?dryRun=All", $$$$"""{"metadata":{"name":"x"},"spec":{{{{spec}}}}}"""),
                ("POST", Pods, $$$$"""{"metadata":{"name":"x","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n",{{{{spec[1..]}}}}}"""),
                ("PATCH", Pods + "/x?fieldManager=m", $$$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{{{{spec}}}}}"""),
                ("PATCH", Pods + "/x?fieldManager=m&fieldValidation=Ignore&force=true", $$$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{{{{spec}}}}}"""),
            ])
        {
            var answer = await strict.Admin.RawAsync(method, path, body);

            Assert.True(answer.Code is 403 or 422, $"{method} {path} {body}: {answer.Code} {answer.Text}");
        }

        Assert.Equal(404, (await strict.Admin.AskAsync(Pods + "/x")).Code);
    }

    [Theory]
    [InlineData("", """{"spec":{"hostPID":true}}""", (int[])[422])]
    [InlineData("", """{"metadata":{"annotations":{"container.apparmor.security.beta.kubernetes.io/c":"unconfined"}}}""", (int[])[403, 422])]
    [InlineData("/status", """{"spec":{"hostPID":true},"status":{"message":"m"}}""", (int[])[200])]
    [InlineData("/ephemeralcontainers", """{"spec":{"ephemeralContainers":[{"name":"e","image":"i","securityContext":{"privileged":true}}]}}""", (int[])[403, 422])]
    [InlineData("/ephemeralcontainers?dryRun=All", """{"spec":{"ephemeralContainers":[{"name":"e","image":"i","securityContext":{"capabilities":{"add":["NET_ADMIN"]}}}]}}""", (int[])[403])]
    [InlineData("/ephemeralcontainers", """{"spec":{"ephemeralContainers":[{"name":"e","image":"i"}],"hostPID":true}}""", (int[])[200, 403, 422])]
    [InlineData("/resize", """{"spec":{"hostPID":true}}""", (int[])[200, 403, 422])]
    [InlineData("/resize", """{"spec":{"containers":[{"name":"c","image":"other","securityContext":{"privileged":true}}]}}""", (int[])[200, 403, 422])]
    public async Task No_pod_becomes_less_strict(string path, string patch, int[] codes)
    {
        var answer = await strict.Admin.RawAsync("PATCH", $"{Pods}/good{path}", patch);

        Assert.True(codes.Contains(answer.Code), $"{answer.Code} {answer.Text}");
        var spec = (await strict.Admin.AskAsync($"{Pods}/good")).Json["spec"]!;
        Assert.Null(spec["hostPID"]);
        Assert.Equal("i", (string)spec["containers"]![0]!["image"]!);
        Assert.Null(spec["containers"]![0]!["securityContext"]);
        Assert.DoesNotContain("privileged", spec.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("fe80::1")]
    [InlineData("224.0.0.1")]
    [InlineData("ff02::1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("127.0.0.1%lo")]
    [InlineData("localhost")]
    public async Task No_backend_is_the_node_itself_or_what_answers_only_there(string address)
    {
        var family = address.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4";
        var points = await strict.Admin.PostAsync("/api/v1/namespaces/strict/endpoints", $$$"""{"metadata":{"name":"x"},"subsets":[{"addresses":[{"ip":"{{{address}}}"}],"ports":[{"port":6443}]}]}""");
        var waiting = await strict.Admin.PostAsync("/api/v1/namespaces/strict/endpoints", $$$"""{"metadata":{"name":"x"},"subsets":[{"notReadyAddresses":[{"ip":"{{{address}}}"}],"ports":[{"port":6443}]}]}""");
        var slice = await strict.Admin.PostAsync("/apis/discovery.k8s.io/v1/namespaces/strict/endpointslices", $$$"""{"metadata":{"name":"x"},"addressType":"{{{family}}}","endpoints":[{"addresses":["{{{address}}}"]}],"ports":[{"port":6443}]}""");
        var service = await strict.Admin.PostAsync("/api/v1/namespaces/strict/services", $$$"""{"metadata":{"name":"x"},"spec":{"ports":[{"port":1}],"externalIPs":["{{{address}}}"]}}""");

        Assert.Equal([422, 422, 422, 422], ((Answer[])[points, waiting, slice, service]).Select(static answer => answer.Code));
    }

    [Fact]
    public async Task Who_edits_a_namespace_neither_points_Services_elsewhere_nor_takes_addresses_of_balancers()
    {
        var editor = strict.Editor;
        Assert.Equal(201, (await editor.PostAsync("/api/v1/namespaces/strict/services", """{"metadata":{"name":"mine"},"spec":{"type":"LoadBalancer","ports":[{"port":1}]}}""")).Code);

        foreach (var (method, path, body) in ((string, string, string)[])
            [
                ("POST", "/api/v1/namespaces/strict/endpoints", """{"metadata":{"name":"mine"},"subsets":[{"addresses":[{"ip":"10.0.0.1"}]}]}"""),
                ("POST", "/apis/discovery.k8s.io/v1/namespaces/strict/endpointslices", """{"metadata":{"name":"mine"},"addressType":"IPv4","endpoints":[]}"""),
                ("PATCH", "/api/v1/namespaces/strict/services/mine/status", """{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.53"}]}}}"""),
            ])
        {
            Assert.Equal(403, (await editor.RawAsync(method, path, body)).Code);
        }

        Assert.Equal(200, (await editor.RawAsync("PATCH", "/api/v1/namespaces/strict/services/mine", """{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.53"}]}}}""")).Code);
        Assert.Null((await editor.AskAsync("/api/v1/namespaces/strict/services/mine")).Json["status"]!["loadBalancer"]!["ingress"]);
    }

    [Fact]
    public async Task Nobody_without_a_right_to_the_namespace_loosens_it()
    {
        foreach (var patch in (string[])["""{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":null}}}""", """{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}"""])
        {
            Assert.Equal(403, (await strict.Editor.RawAsync("PATCH", "/api/v1/namespaces/strict", patch)).Code);
            Assert.Contains((await strict.Editor.RawAsync("PATCH", "/api/v1/namespaces/strict/status", patch)).Code, (int[])[403]);
        }

        Assert.Equal(403, (await strict.Editor.RawAsync("PUT", "/api/v1/namespaces/strict/finalize", """{"metadata":{"name":"strict"},"spec":{"finalizers":[]}}""")).Code);
        Assert.Equal("baseline", (string)(await strict.Admin.AskAsync("/api/v1/namespaces/strict")).Json["metadata"]!["labels"]!["pod-security.kubernetes.io/enforce"]!);
    }

    /// <summary>A namespace whose pods are held to the baseline, with one that is, and somebody who edits it.</summary>
    public sealed class Strict : IAsyncLifetime
    {
        private TestServer server = null!;

        internal HttpClient Admin => server.Admin;

        internal HttpClient Editor { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            server = await TestServer.StartAsync();
            await DoAsync("/api/v1/namespaces", """{"metadata":{"name":"strict","labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}""");
            await DoAsync(Pods, """{"metadata":{"name":"good"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
            await DoAsync("/apis/rbac.authorization.k8s.io/v1/namespaces/strict/rolebindings", """{"metadata":{"name":"e"},"roleRef":{"kind":"ClusterRole","name":"edit"},"subjects":[{"kind":"User","name":"ed"}]}""");
            Editor = server.ClientOf(server.Authority.Client("ed"));
        }

        public async ValueTask DisposeAsync() => await server.DisposeAsync();

        private async Task DoAsync(string path, string body) => Assert.Equal(201, (await server.Admin.PostAsync(path, body)).Code);
    }
}
