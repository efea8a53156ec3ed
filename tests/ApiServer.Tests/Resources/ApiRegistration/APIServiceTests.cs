using Navarch.ApiServer.Resources.ApiRegistration;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Resources.ApiRegistration;

public sealed class APIServiceTests
{
    private const string Services = "/apis/apiregistration.k8s.io/v1/apiservices";

    [Theory]
    [InlineData("v1.a.io", "\"group\":\"a.io\",\"version\":\"v1\",\"groupPriorityMinimum\":1,\"versionPriority\":1")]
    [InlineData("v2.a.io", "\"group\":\"a.io\",\"version\":\"v1\",\"groupPriorityMinimum\":1,\"versionPriority\":1", "metadata.name: Invalid value: \"v2.a.io\": must be `spec.version+\".\"+spec.group`: \"v1.a.io\"")]
    [InlineData("v2.", "\"version\":\"v2\",\"groupPriorityMinimum\":20001,\"versionPriority\":0", "spec.group: Required value: only v1 may have an empty group and it better be legacy kube", "spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000", "spec.versionPriority: Invalid value: 0: must be positive and less than 1000")]
    [InlineData("v1.a.io", "\"group\":\"a.io\",\"version\":\"v1\",\"groupPriorityMinimum\":1,\"versionPriority\":1,\"service\":{\"name\":\"n\"},\"caBundle\":\"eA==\",\"insecureSkipTLSVerify\":true", "spec.service.namespace: Required value", "spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present")]
    public void An_API_service_bears_the_name_of_its_group_version(string name, string spec, params string[] expected) => Assert.Equal(
        expected, new APIServiceResource().CreateErrors($$$$$$"""{"metadata":{"name":"{{{{{{name}}}}}}"},"spec":{{{{{{{spec}}}}}}}}"""));

    [Fact]
    public async Task What_the_server_serves_itself_is_registered_and_available()
    {
        await using var server = await TestServer.StartAsync();

        var core = await server.Admin.AskAsync($"{Services}/v1.");
        Assert.Equal("onstart", (string)core.Json["metadata"]!["labels"]!["kube-aggregator.kubernetes.io/automanaged"]!);
        Assert.Equal((18000, 1), ((int)core.Json["spec"]!["groupPriorityMinimum"]!, (int)core.Json["spec"]!["versionPriority"]!));
        var apps = await server.Admin.GetAsync($"{Services}/v1.apps", "application/json;as=Table;v=v1;g=meta.k8s.io");
        Assert.Equal(["v1.apps", "Local", "True"], apps.Json["rows"]![0]!["cells"]!.AsArray().Take(3).Select(cell => (string)cell!));
        Assert.Equal(404, (await server.Admin.AskAsync($"{Services}/v1.apiregistration.k8s.io")).Code);
    }
}
