using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission;

public sealed class PodSecurityTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Plain =
        "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), "
        + "runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";

    private const string Hardened = """
        {"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},
         "containers":[{"name":"c","image":"i","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"],"add":["NET_BIND_SERVICE"]}}}],
         "volumes":[{"name":"v","emptyDir":{}}]}
        """;

    private HttpClient Admin => shared.Admin;

    [Fact]
    public async Task What_is_enforced_refuses_pods()
    {
        var ns = await WithAsync("enforce", "restricted");

        var refused = await PodAsync(ns, """{"containers":[{"name":"c","image":"i"}]}""");

        Assert.Equal((403, $"pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": {Plain}"), (refused.Code, refused.Message));
        Assert.Equal(201, (await PodAsync(ns, Hardened)).Code);
    }

    [Fact]
    public async Task What_is_warned_of_lets_pods_through()
    {
        var ns = await WithAsync("warn", "restricted");

        var pod = await PodAsync(ns, """{"containers":[{"name":"c","image":"i"}]}""");

        Assert.Equal(201, pod.Code);
        Assert.Contains("would violate PodSecurity \\\"restricted:latest\\\": allowPrivilegeEscalation != false", Assert.Single(pod.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_makes_pods_is_warned_and_not_refused()
    {
        var ns = await WithAsync("warn", "baseline", ("enforce", "baseline"));

        var set = await Admin.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", """
            {"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"x":"y"}},"template":{"metadata":{"labels":{"x":"y"}},"spec":{"hostPID":true,"containers":[{"name":"c","image":"i"}]}}}}
            """);

        Assert.Equal(201, set.Code);
        Assert.Contains("would violate PodSecurity \\\"baseline:latest\\\": host namespaces (hostPID=true)", Assert.Single(set.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"hostNetwork":true,"hostIPC":true,"containers":[{"name":"c","image":"i"}]}""", "host namespaces (hostNetwork=true, hostIPC=true)")]
    [InlineData("""{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80,"hostPort":80}]},{"name":"d","image":"i","ports":[{"containerPort":9,"hostPort":9}]}]}""", "hostPort (containers \"c\", \"d\" use hostPorts 80, 9)")]
    [InlineData("""{"containers":[{"name":"c","image":"i","securityContext":{"privileged":true}}]}""", "privileged (container \"c\" must not set securityContext.privileged=true)")]
    [InlineData("""{"containers":[{"name":"c","image":"i","securityContext":{"capabilities":{"add":["NET_ADMIN","CHOWN","BPF"]}}}]}""", "non-default capabilities (container \"c\" must not include \"BPF\", \"NET_ADMIN\" in securityContext.capabilities.add)")]
    [InlineData("""{"volumes":[{"name":"v","hostPath":{"path":"/"}}],"containers":[{"name":"c","image":"i"}]}""", "hostPath volumes (volume \"v\")")]
    [InlineData("""{"securityContext":{"seccompProfile":{"type":"Unconfined"}},"containers":[{"name":"c","image":"i","securityContext":{"seccompProfile":{"type":"Unconfined"}}}]}""", "seccompProfile (pod and container \"c\" must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    [InlineData("""{"securityContext":{"appArmorProfile":{"type":"Unconfined"}},"containers":[{"name":"c","image":"i"}]}""", "forbidden AppArmor profile (pod must not set AppArmor profile type to \"Unconfined\")")]
    [InlineData("""{"securityContext":{"seLinuxOptions":{"type":"evil_t","user":"u"}},"containers":[{"name":"c","image":"i"}]}""", "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"evil_t\"; user may not be set)")]
    [InlineData("""{"securityContext":{"sysctls":[{"name":"kernel.msgmax","value":"1"},{"name":"net.ipv4.tcp_rmem","value":"1"}]},"containers":[{"name":"c","image":"i"}]}""", "forbidden sysctls (kernel.msgmax)")]
    [InlineData("""{"initContainers":[{"name":"i","image":"i","lifecycle":{"postStart":{"httpGet":{"port":1,"host":"10.0.0.1"}}},"restartPolicy":"Always"}],"containers":[{"name":"c","image":"i"}]}""", "probe or lifecycle host (container \"i\" uses probe or lifecycle host \"10.0.0.1\")")]
    public async Task The_baseline_names_what_breaks_it(string spec, string violation)
    {
        var ns = await WithAsync("enforce", "baseline");

        var answer = await PodAsync(ns, spec);

        Assert.Equal($"pods \"a\" is forbidden: violates PodSecurity \"baseline:latest\": {violation}", answer.Message);
    }

    [Fact]
    public async Task Restricted_pods_have_no_volumes_of_the_node_and_no_root()
    {
        var ns = await WithAsync("enforce", "restricted");

        var answer = await PodAsync(ns, Hardened.Replace("\"emptyDir\":{}", "\"hostPath\":{\"path\":\"/\"}", StringComparison.Ordinal).Replace("\"runAsNonRoot\":true", "\"runAsNonRoot\":false,\"runAsUser\":0", StringComparison.Ordinal));

        Assert.EndsWith(
            "restricted volume types (volume \"v\" uses restricted volume type \"hostPath\"), runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod must not set runAsUser=0)",
            answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Older_versions_ask_for_less()
    {
        var ns = await WithAsync("enforce", "restricted", ("enforce-version", "v1.18"));

        var answer = await PodAsync(ns, """{"containers":[{"name":"c","image":"i","securityContext":{"allowPrivilegeEscalation":false}}]}""");

        Assert.Equal("pods \"a\" is forbidden: violates PodSecurity \"restricted:v1.18\": runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true)", answer.Message);
    }

    [Fact]
    public async Task Ephemeral_containers_are_held_to_it_as_well()
    {
        var ns = await WithAsync("enforce", "restricted");
        await PodAsync(ns, Hardened);

        var answer = await Admin.PatchAsync(
            $"/api/v1/namespaces/{ns}/pods/a/ephemeralcontainers", "strategic-merge-patch+json",
            """{"spec":{"ephemeralContainers":[{"name":"e","image":"i","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"runAsUser":0}}]}}""");

        Assert.Equal(403, answer.Code);
        Assert.EndsWith("runAsUser=0 (container \"e\" must not set runAsUser=0)", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stricter_level_tells_which_pods_would_not_come_back()
    {
        var ns = await shared.NamespaceAsync();
        foreach (var name in (string[])["a", "b", "c"])
        {
            await PodAsync(ns, """{"hostPID":HOST,"containers":[{"name":"c","image":"i"}]}""".Replace("HOST", name == "c" ? "true" : "false", StringComparison.Ordinal), name);
        }

        var answer = await Admin.PatchAsync($"/api/v1/namespaces/{ns}", "merge-patch+json", """{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}""");

        const string Rest = "allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile";
        Assert.Equal(200, answer.Code);
        Assert.Equal(
            [$"existing pods in namespace \"{ns}\" violate the new PodSecurity enforce level \"restricted:latest\"", $"a (and 1 other pod): {Rest}", $"c: host namespaces, {Rest}"],
            answer.Warnings.Select(static warning => warning["299 - \"".Length..^1].Replace("\\\"", "\"", StringComparison.Ordinal)));
        Assert.Empty((await Admin.PatchAsync($"/api/v1/namespaces/{ns}", "merge-patch+json", """{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}""")).Warnings);
    }

    [Fact]
    public async Task Labels_that_say_nothing_are_refused()
    {
        var answer = await Admin.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"odd","labels":{"pod-security.kubernetes.io/enforce":"strict","pod-security.kubernetes.io/warn-version":"1.2"}}}""");

        Assert.Equal(
            (422, "Namespace \"odd\" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"strict\": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: \"1.2\": must be \"latest\" or \"v1.x\"]"),
            (answer.Code, answer.Message));
    }

    private async Task<string> WithAsync(string mode, string level, params (string Mode, string Value)[] more)
    {
        var ns = await shared.NamespaceAsync();
        var labels = string.Join(',', more.Append((mode, level)).Select(static one => $"\"pod-security.kubernetes.io/{one.Item1}\":\"{one.Item2}\""));
        Assert.Equal(200, (await Admin.PatchAsync($"/api/v1/namespaces/{ns}", "merge-patch+json", """{"metadata":{"labels":{LABELS}}}""".Replace("LABELS", labels, StringComparison.Ordinal))).Code);
        return ns;
    }

    private Task<Answer> PodAsync(string ns, string spec, string name = "a") => Admin.PostAsync($"/api/v1/namespaces/{ns}/pods", $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{{{spec}}}}""");
}
