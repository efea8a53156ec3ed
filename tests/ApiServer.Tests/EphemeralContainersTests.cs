using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

/// <summary>Containers that are added to a pod that runs, to look around in it.</summary>
public sealed class EphemeralContainersTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Pod = """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"web","image":"nginx"}]}}""";
    private const string Added = """{"spec":{"ephemeralContainers":[{"name":"debug","image":"busybox","targetContainerName":"web","stdin":true,"tty":true}]}}""";

    [Fact]
    public async Task They_are_added_through_their_own_path_alone()
    {
        var pods = await PodsAsync();
        var read = await shared.Admin.AskAsync(pods + "/p/ephemeralcontainers");
        Assert.Equal((await shared.Admin.AskAsync(pods + "/p")).Text, read.Text);

        var patched = await shared.Admin.PatchAsync(pods + "/p/ephemeralcontainers?fieldManager=me", "strategic-merge-patch+json", Added);

        Assert.Equal(200, patched.Code);
        Assert.Equal(
            """[{"name":"debug","image":"busybox","resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"Always","stdin":true,"tty":true,"targetContainerName":"web"}]""",
            patched.Json["spec"]!["ephemeralContainers"]!.ToJsonString());
        Assert.Equal(2, (int)patched.Json["metadata"]!["generation"]!);
        Assert.Contains(patched.Json["metadata"]!["managedFields"]!.AsArray(), static entry => (string?)entry!["subresource"] == "ephemeralcontainers" && (string)entry["manager"]! == "me");
        Assert.Equal(patched.Text, (await shared.Admin.AskAsync(pods + "/p")).Text);

        // A second one stands beside the first, whatever else the client says.
        var second = patched.Text.Replace("\"ephemeralContainers\":[", "\"ephemeralContainers\":[{\"name\":\"more\",\"image\":\"busybox\"},", StringComparison.Ordinal)
            .Replace("\"image\":\"nginx\"", "\"image\":\"other\"", StringComparison.Ordinal);
        var put = await shared.Admin.PutAsync(pods + "/p/ephemeralcontainers", second);
        Assert.Equal((200, "nginx"), (put.Code, (string)put.Json["spec"]!["containers"]![0]!["image"]!));
        Assert.Equal(["more", "debug"], put.Json["spec"]!["ephemeralContainers"]!.AsArray().Select(static container => (string)container!["name"]!));
    }

    [Fact]
    public async Task An_update_of_an_old_version_conflicts()
    {
        var pods = await PodsAsync();
        var old = await shared.Admin.AskAsync(pods + "/p");
        await shared.Admin.PatchAsync(pods + "/p", "merge-patch+json", """{"metadata":{"labels":{"a":"b"}}}""");

        var late = await shared.Admin.PutAsync(pods + "/p/ephemeralcontainers", old.Text.Replace("\"containers\":", "\"ephemeralContainers\":[{\"name\":\"debug\",\"image\":\"busybox\"}],\"containers\":", StringComparison.Ordinal));

        Assert.Equal((409, "Conflict"), (late.Code, late.Reason));
        Assert.Equal(404, (await shared.Admin.PatchAsync(pods + "/missing/ephemeralcontainers", "strategic-merge-patch+json", Added)).Code);
        Assert.Equal(405, (await shared.Admin.RemoveAsync(pods + "/p/ephemeralcontainers")).Code);
    }

    [Fact]
    public async Task They_neither_change_nor_go_nor_come_with_the_pod()
    {
        var pods = await PodsAsync();
        await shared.Admin.PatchAsync(pods + "/p/ephemeralcontainers", "strategic-merge-patch+json", Added);

        var changed = await shared.Admin.PatchAsync(pods + "/p/ephemeralcontainers", "strategic-merge-patch+json", """{"spec":{"ephemeralContainers":[{"name":"debug","image":"alpine"}]}}""");
        var removed = await shared.Admin.PatchAsync(pods + "/p/ephemeralcontainers", "merge-patch+json", """{"spec":{"ephemeralContainers":[]}}""");
        var born = await shared.Admin.PostAsync(pods, Pod.Replace("\"p\"", "\"q\"", StringComparison.Ordinal).Replace("\"containers\":", "\"ephemeralContainers\":[{\"name\":\"debug\",\"image\":\"busybox\"}],\"containers\":", StringComparison.Ordinal));

        Assert.Equal((422, "Pod \"p\" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers \"debug\" may not be changed"), (changed.Code, changed.Message));
        Assert.Equal((422, "Pod \"p\" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers \"debug\" may not be removed"), (removed.Code, removed.Message));
        Assert.Equal((422, "Pod \"q\" is invalid: spec.ephemeralContainers: Forbidden: cannot be set on create"), (born.Code, born.Message));
    }

    [Theory]
    [InlineData("\"ports\":[{\"containerPort\":80}]", "ports: Forbidden: cannot be set for an Ephemeral Container")]
    [InlineData("\"resources\":{\"limits\":{\"cpu\":\"1\"}}", "resources: Forbidden: cannot be set for an Ephemeral Container")]
    [InlineData("\"livenessProbe\":{\"exec\":{\"command\":[\"a\"]}}", "livenessProbe: Forbidden: cannot be set for an Ephemeral Container")]
    [InlineData("\"readinessProbe\":{\"exec\":{\"command\":[\"a\"]}}", "readinessProbe: Forbidden: cannot be set for an Ephemeral Container")]
    [InlineData("\"startupProbe\":{\"exec\":{\"command\":[\"a\"]}}", "startupProbe: Forbidden: cannot be set for an Ephemeral Container")]
    [InlineData("\"lifecycle\":{\"preStop\":{\"exec\":{\"command\":[\"a\"]}}}", "lifecycle: Forbidden: cannot be set for an Ephemeral Container")]
    [InlineData("\"targetContainerName\":\"none\"", "targetContainerName: Not found: \"none\"")]
    [InlineData("\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/v\",\"subPath\":\"a\"}]", "volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container")]
    public async Task They_have_nothing_that_the_pod_would_have_to_keep_up(string field, string problem)
    {
        var pods = await PodsAsync(",\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}]");

        var refused = await shared.Admin.PatchAsync(pods + "/p/ephemeralcontainers", "strategic-merge-patch+json", $$$"""{"spec":{"ephemeralContainers":[{"name":"debug","image":"busybox",{{{field}}}}]}}""");

        Assert.Equal((422, "Pod \"p\" is invalid: spec.ephemeralContainers[0]." + problem), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task A_name_is_that_of_one_container()
    {
        var pods = await PodsAsync();

        var refused = await shared.Admin.PatchAsync(pods + "/p/ephemeralcontainers", "strategic-merge-patch+json", """{"spec":{"ephemeralContainers":[{"name":"web","image":"busybox"}]}}""");

        Assert.Equal((422, "Pod \"p\" is invalid: spec.ephemeralContainers[0].name: Duplicate value: \"web\""), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task They_are_applied_and_dry_runs_leave_no_trace()
    {
        var pods = await PodsAsync();
        const string Configuration = """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"ephemeralContainers":[{"name":"debug","image":"busybox"}]}}""";

        var dry = await shared.Admin.PatchAsync(pods + "/p/ephemeralcontainers?fieldManager=me&dryRun=All", "apply-patch+yaml", Configuration);
        Assert.Single(dry.Json["spec"]!["ephemeralContainers"]!.AsArray());
        Assert.Null((await shared.Admin.AskAsync(pods + "/p")).Json["spec"]!["ephemeralContainers"]);
        var applied = await shared.Admin.PatchAsync(pods + "/p/ephemeralcontainers?fieldManager=me", "apply-patch+yaml", Configuration);

        Assert.Equal((200, "debug"), (applied.Code, (string)applied.Json["spec"]!["ephemeralContainers"]![0]!["name"]!));
    }

    [Theory]
    [MemberData(nameof(LastVersion))]
    public async Task Kubectl_debug_adds_one(string version)
    {
        var kubectl = new Kubectl(shared.Server, version);
        var pods = await PodsAsync();

        var (code, _, error) = await kubectl.RunAsync("debug", "p", "-n", pods.Split('/')[4], "--image=busybox", "--container=look", "--target=web", "--", "sleep", "1");

        Assert.True(code == 0, error);
        var added = (await shared.Admin.AskAsync(pods + "/p")).Json["spec"]!["ephemeralContainers"]![0]!;
        Assert.Equal(("look", "web", "busybox", "sleep"), ((string)added["name"]!, (string)added["targetContainerName"]!, (string)added["image"]!, (string)added["command"]![0]!));
    }

    public static TheoryData<string> LastVersion => [.. Kubectl.Versions.Select(static row => row.Data).TakeLast(1)];

    private async Task<string> PodsAsync(string more = "")
    {
        var pods = $"/api/v1/namespaces/{await shared.NamespaceAsync()}/pods";
        Assert.Equal(201, (await shared.Admin.PostAsync(pods, Pod[..^2] + more + "}}")).Code);
        return pods;
    }
}
