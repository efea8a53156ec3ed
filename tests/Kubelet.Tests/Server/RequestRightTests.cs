using Navarch.Kubelet.Server.Access;

namespace Navarch.Kubelet.Tests.Server;

public sealed class RequestRightTests
{
    [Theory]
    [InlineData("GET", "/pods", "get", "pods,proxy")]
    [InlineData("GET", "/pods/", "get", "pods,proxy")]
    [InlineData("GET", "/runningpods/", "get", "pods,proxy")]
    [InlineData("GET", "/configz", "get", "configz,proxy")]
    [InlineData("GET", "/healthz/ping", "get", "healthz,proxy")]
    [InlineData("GET", "/stats/summary", "get", "stats")]
    [InlineData("POST", "/stats/summary", "create", "stats")]
    [InlineData("GET", "/metrics", "get", "metrics")]
    [InlineData("GET", "/metrics/resource", "get", "metrics")]
    [InlineData("GET", "/logs/syslog", "get", "log")]
    [InlineData("GET", "/spec/", "get", "spec")]
    [InlineData("POST", "/checkpoint/a/b/c", "create", "checkpoint")]
    [InlineData("GET", "/containerLogs/a/b/c", "get", "proxy")]
    [InlineData("PUT", "/anything", "update", "proxy")]
    [InlineData("PATCH", "/anything", "patch", "proxy")]
    [InlineData("DELETE", "/anything", "delete", "proxy")]
    [InlineData("HEAD", "/anything", "", "proxy")]
    public void A_request_needs_the_right_upstream_asks_for(string method, string path, string verb, string subresources) => AssertNeeds(method, path, verb, subresources);

    [Theory]
    [InlineData("/exec/a/b/c")]
    [InlineData("/Exec/a/b/c")]
    [InlineData("/attach/a/b/c")]
    [InlineData("/run/a/b/c")]
    [InlineData("/portForward/a/b")]
    [InlineData("/portforward/a/b")]
    public void A_session_is_not_opened_by_the_right_to_look(string path) => AssertNeeds("GET", path, "create", "proxy");

    [Theory]
    [InlineData("/PODS")]
    [InlineData("/podsandmore")]
    [InlineData("/Stats/summary")]
    [InlineData("//pods")]
    [InlineData("/pods%2f")]
    [InlineData("/")]
    [InlineData("")]
    public void What_looks_otherwise_needs_the_widest_right(string path) => AssertNeeds("GET", path, "get", "proxy");

    private static void AssertNeeds(string method, string path, string verb, string subresources)
    {
        var right = RequestRight.Of(method, path);

        Assert.Equal((verb, subresources), (right.Verb, string.Join(',', right.Subresources)));
    }
}
