using Navarch.ApiServer.Streaming;

namespace Navarch.ApiServer.Tests.Streaming;

public sealed class ProxyPathTests
{
    private const string Prefix = "/api/v1/namespaces/a/services/s/proxy";

    [Theory]
    [InlineData("/login", Prefix + "/login")]
    [InlineData("/", Prefix + "/")]
    [InlineData("/login/?next=/x/../y#top", Prefix + "/login/?next=/x/../y#top")]
    [InlineData("http://10.1.2.3:80/a", Prefix + "/a")]
    [InlineData("https://10.1.2.3:80", Prefix + "/")]
    [InlineData("https://api.example:6443/a", Prefix + "/a")]
    [InlineData("//10.1.2.3:80/a", Prefix + "/a")]
    [InlineData(Prefix + "/a", Prefix + "/a")]
    [InlineData("a/b", "a/b")]
    [InlineData("../a", "../a")]
    [InlineData("?page=2", "?page=2")]
    [InlineData("http://elsewhere.example/a", "http://elsewhere.example/a")]
    [InlineData("//elsewhere.example/a", "//elsewhere.example/a")]
    [InlineData("https://api.example:6443@elsewhere.example/", "https://api.example:6443@elsewhere.example/")]
    public void A_redirect_within_the_backend_leads_through_the_proxy(string location, string expected) =>
        Assert.Equal(expected, ProxyPath.Locate(location, Prefix, "10.1.2.3:80", "api.example:6443"));

    [Theory]
    [InlineData("/../../../secrets", Prefix + "/secrets")]
    [InlineData("/a/%2e%2e/%2E%2E/../b/", Prefix + "/b/")]
    [InlineData(Prefix + "/../../other/proxy/", Prefix + "/api/v1/namespaces/a/services/other/proxy/")]
    [InlineData("/.//elsewhere.example/a", Prefix + "/elsewhere.example/a")]
    [InlineData(Prefix + "more", Prefix + Prefix + "more")]
    public void No_redirect_leads_out_of_the_proxy(string location, string expected) =>
        Assert.Equal(expected, ProxyPath.Locate(location, Prefix, "10.1.2.3:80", "api.example:6443"));

    [Theory]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/a?b#c", "/a%3Fb%23c")]
    [InlineData("/100%", "/100%25")]
    [InlineData("/%41", "/%2541")]
    [InlineData("/a%2Fb%2fc", "/a%2Fb%2fc")]
    [InlineData("/a//b;c=d,e", "/a//b;c=d,e")]
    [InlineData("/ü\r\n", "/%C3%BC%0D%0A")]
    [InlineData("/\ud83d\ude00", "/%F0%9F%98%80")]
    public void What_was_part_of_a_name_stays_part_of_it(string decoded, string expected) => Assert.Equal(expected, ProxyPath.Encode(decoded));
}
