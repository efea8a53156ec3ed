using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Tests.Pipeline;

public sealed class RequestInfoTests
{
    [Theory]
    [InlineData("GET", "/api/v1/pods", false, "list|/v1/pods|||")]
    [InlineData("GET", "/api/v1/pods", true, "watch|/v1/pods|||")]
    [InlineData("GET", "/api/v1/namespaces/a/pods/b", false, "get|/v1/pods|a|b|")]
    [InlineData("GET", "/api/v1/namespaces/a", false, "get|/v1/namespaces|a|a|")]
    [InlineData("PUT", "/api/v1/namespaces/a/finalize", false, "update|/v1/namespaces|a|a|finalize")]
    [InlineData("POST", "/apis/apps/v1/namespaces/a/deployments", false, "create|apps/v1/deployments|a||")]
    [InlineData("PATCH", "/apis/apps/v1/namespaces/a/deployments/b/scale", false, "patch|apps/v1/deployments|a|b|scale")]
    [InlineData("DELETE", "/api/v1/nodes", false, "deletecollection|/v1/nodes|||")]
    [InlineData("GET", "/api/v1/namespaces/a/services/b/proxy/x//y/", false, "get|/v1/services|a|b|proxy")]
    [InlineData("GET", "/apis/apps/v1", false, "get|")]
    [InlineData("GET", "/api/v1/", false, "get|")]
    [InlineData("GET", "/api/v1/pods/", false, "list|/v1/pods|||")]
    [InlineData("GET", "/api/v1/namespaces/a/pods/b", true, "get|/v1/pods|a|b|")]
    [InlineData("GET", "/api/v1/watch/pods", false, "watch|/v1/pods|||")]
    [InlineData("GET", "/api/v1/watch/namespaces/a/pods/b", false, "watch|/v1/pods|a|b|")]
    [InlineData("GET", "/apis/apps/v1/watch/namespaces/a/deployments", false, "watch|apps/v1/deployments|a||")]
    [InlineData("BREW", "/metrics", false, "unknown|")]
    public void A_path_says_what_a_request_is_about(string method, string path, bool isWatch, string expected)
    {
        var info = RequestInfo.Parse(method, path, isWatch);

        Assert.Equal(expected, info.IsResource
            ? $"{info.Verb}|{info.Group}/{info.Version}/{info.Resource}|{info.Namespace}|{info.Name}|{info.Subresource}"
            : $"{info.Verb}|");
    }

    [Fact]
    public void What_is_proxied_keeps_its_path() =>
        Assert.Equal("/x//y/", RequestInfo.Parse("GET", "/api/v1/namespaces/a/services/b/proxy/x//y/", false).Rest);

    [Theory]
    [InlineData(null, "Json Object")]
    [InlineData("*/*", "Json Object")]
    [InlineData("application/yaml", "Yaml Object")]
    [InlineData("application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", "Json Table")]
    [InlineData("application/vnd.kubernetes.protobuf,application/json", "Protobuf Object")]
    [InlineData("application/json;q=0.1,application/yaml;q=0.9", "Yaml Object")]
    [InlineData("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", "Json PartialMetadata")]
    public void The_best_of_what_is_accepted_is_chosen(string? accept, string expected)
    {
        var format = OutputFormat.Negotiate(accept, Offer.Forms);

        Assert.Equal(expected, $"{format.Encoding} {format.Form}");
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io")]
    [InlineData("application/json;as=Chair;v=v1;g=meta.k8s.io")]
    public void What_the_server_does_not_have_is_not_acceptable(string accept) =>
        Assert.Equal(406, Assert.Throws<StatusException>(() => OutputFormat.Negotiate(accept, Offer.Forms)).Status.Code);
}
