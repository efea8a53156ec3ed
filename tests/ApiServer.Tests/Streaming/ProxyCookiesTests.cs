using Navarch.ApiServer.Streaming;

namespace Navarch.ApiServer.Tests.Streaming;

public sealed class ProxyCookiesTests
{
    private const string Prefix = "/api/v1/namespaces/a/services/s/proxy";

    [Theory]
    [InlineData("a=b", "a=b")]
    [InlineData("a=b; Path=/", "a=b; Path=" + Prefix + "/")]
    [InlineData("a=b;path = /x/;Secure;SameSite=Lax", "a=b; Path=" + Prefix + "/x/; Secure; SameSite=Lax")]
    [InlineData("a=b; Path=" + Prefix + "/x", "a=b; Path=" + Prefix + "/x")]
    [InlineData("a=b; Path=/../../../", "a=b; Path=" + Prefix + "/")]
    [InlineData("a=b; Path=x; Path", "a=b")]
    [InlineData("a=b; Domain=example.com; Max-Age=5", "a=b; Max-Age=5")]
    [InlineData("", "")]
    public void A_cookie_is_good_for_who_set_it_and_nobody_else(string cookie, string expected) => Assert.Equal(expected, ProxyCookies.Confine(cookie, Prefix));
}
