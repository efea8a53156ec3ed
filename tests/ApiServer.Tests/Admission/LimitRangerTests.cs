using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission;

public sealed class LimitRangerTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private HttpClient Admin => shared.Admin;

    [Fact]
    public async Task Containers_get_what_they_do_not_say()
    {
        var ns = await WithAsync("""{"type":"Container","default":{"cpu":"2","memory":"1Gi"},"defaultRequest":{"cpu":"500m"}}""");

        var pod = await PodAsync(ns, """{"limits":{"memory":"64Mi"}}""");

        Assert.Equal("""{"limits":{"cpu":"2","memory":"64Mi"},"requests":{"cpu":"500m","memory":"64Mi"}}""", pod.Json["spec"]!["containers"]![0]!["resources"]!.ToJsonString());
        Assert.Equal("LimitRanger plugin set: cpu request for container c; cpu limit for container c", (string)pod.Json["metadata"]!["annotations"]!["kubernetes.io/limit-ranger"]!);
    }

    [Fact]
    public async Task Init_containers_get_it_too_and_who_says_everything_is_left_alone()
    {
        var ns = await WithAsync("""{"type":"Container","default":{"cpu":"1"},"defaultRequest":{"cpu":"1"}}""");

        var pod = await Admin.PostAsync($"/api/v1/namespaces/{ns}/pods", """
            {"metadata":{"name":"a"},"spec":{"initContainers":[{"name":"i","image":"i"}],"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"1m"},"limits":{"cpu":"2m"}}}]}}
            """);

        Assert.Equal("LimitRanger plugin set: cpu request for init container i; cpu limit for init container i", (string)pod.Json["metadata"]!["annotations"]!["kubernetes.io/limit-ranger"]!);
        Assert.Equal("2m", (string)pod.Json["spec"]!["containers"]![0]!["resources"]!["limits"]!["cpu"]!);
    }

    [Theory]
    [InlineData("""{"limits":{"cpu":"3"}}""", "maximum cpu usage per Container is 2, but limit is 3")]
    [InlineData("""{"requests":{"cpu":"10m"},"limits":{"cpu":"1"}}""", "[minimum cpu usage per Container is 50m, but request is 10m, cpu max limit to request ratio per Container is 4, but provided ratio is 100.000000]")]
    [InlineData("""{"limits":{"cpu":"40m"}}""", "minimum cpu usage per Container is 50m, but request is 40m")]
    public async Task Containers_are_held_to_their_bounds(string resources, string problem)
    {
        var ns = await WithAsync("""{"type":"Container","max":{"cpu":"2"},"min":{"cpu":"50m"},"maxLimitRequestRatio":{"cpu":"4"}}""");

        var answer = await PodAsync(ns, resources);

        Assert.Equal((403, $"pods \"a\" is forbidden: {problem}"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task Pods_are_held_to_theirs_by_the_sum_of_their_containers()
    {
        var ns = await WithAsync("""{"type":"Pod","max":{"memory":"100Mi"},"min":{"cpu":"1"}}""");

        var answer = await Admin.PostAsync($"/api/v1/namespaces/{ns}/pods", """
            {"metadata":{"name":"a"},"spec":{"containers":[
              {"name":"c","image":"i","resources":{"limits":{"memory":"60Mi"}}},{"name":"d","image":"i","resources":{"limits":{"memory":"60Mi"}}}]}}
            """);

        Assert.Equal("pods \"a\" is forbidden: [minimum cpu usage per Pod is 1.  No request is specified, maximum memory usage per Pod is 100Mi, but limit is 120Mi]", answer.Message);
    }

    [Theory]
    [InlineData("1Gi", "minimum storage usage per PersistentVolumeClaim is 2Gi, but request is 1Gi")]
    [InlineData("20Gi", "maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 20Gi")]
    public async Task Claims_are_held_to_theirs(string size, string problem)
    {
        var ns = await WithAsync("""{"type":"PersistentVolumeClaim","min":{"storage":"2Gi"},"max":{"storage":"10Gi"}}""");

        var answer = await Admin.PostAsync(
            $"/api/v1/namespaces/{ns}/persistentvolumeclaims",
            """{"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"SIZE"}}}}""".Replace("SIZE", size, StringComparison.Ordinal));

        Assert.Equal((403, $"persistentvolumeclaims \"a\" is forbidden: {problem}"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task A_pod_is_not_resized_beyond_the_bounds()
    {
        var ns = await WithAsync("""{"type":"Container","max":{"cpu":"2"}}""");
        Assert.Equal(201, (await PodAsync(ns, """{"requests":{"cpu":"1"},"limits":{"cpu":"1"}}""")).Code);

        var answer = await Admin.PatchAsync(
            $"/api/v1/namespaces/{ns}/pods/a/resize", "strategic-merge-patch+json", """{"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":"3"}}}]}}""");

        Assert.Equal("pods \"a\" is forbidden: maximum cpu usage per Container is 2, but limit is 3", answer.Message);
    }

    private async Task<string> WithAsync(string limit)
    {
        var ns = await shared.NamespaceAsync();
        var answer = await Admin.PostAsync($"/api/v1/namespaces/{ns}/limitranges", $$$"""{"metadata":{"name":"l"},"spec":{"limits":[{{{limit}}}]}}""");
        Assert.Equal(201, answer.Code);
        return ns;
    }

    private Task<Answer> PodAsync(string ns, string resources) => Admin.PostAsync(
        $"/api/v1/namespaces/{ns}/pods", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","resources":R}]}}""".Replace("R}]}}", resources + "}]}}", StringComparison.Ordinal));
}
