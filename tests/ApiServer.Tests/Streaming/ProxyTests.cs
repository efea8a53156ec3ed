using System.IO.Compression;
using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Streaming;

/// <summary>What passes through the proxy subresources, and what must not.</summary>
public sealed class ProxyTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("pods/p:PORT/proxy/a", "GET /a HTTP/1.1")]
    [InlineData("pods/http:p:PORT/proxy/a?b=%2F&c", "GET /a?b=%2F&c HTTP/1.1")]
    [InlineData("services/s:80/proxy/", "GET / HTTP/1.1")]
    [InlineData("services/s:web/proxy/a//b/", "GET /a//b/ HTTP/1.1")]
    [InlineData("services/s/proxy/a%2Fb%3Fc", "GET /a%2Fb%3Fc HTTP/1.1")]
    [InlineData("services/s/proxy/a/../b", "GET /b HTTP/1.1")]
    [InlineData("services/s/proxy/..%2f..%2fsecrets", "GET /..%2f..%2fsecrets HTTP/1.1")]
    [InlineData("services/s/proxy/%252e%252e/x", "GET /%252e%252e/x HTTP/1.1")]
    public async Task A_path_reaches_the_backend_as_it_was_meant(string path, string expected)
    {
        await using var pod = new FakePod(Ok);
        var root = await RegisterAsync(pod);

        Assert.StartsWith("HTTP/1.1 200 ", await RawAsync("GET", $"{root}/{path.Replace("PORT", $"{pod.Port}", StringComparison.Ordinal)}"));

        Assert.StartsWith(expected + "\r\n", Assert.Single(await HeardAsync(pod)));
    }

    [Theory]
    [InlineData("services/s/proxy/../../../../../../../api/v1/secrets")]
    [InlineData("services/s/proxy/%2e%2e/%2e%2e/pods/p")]
    public async Task Dots_that_lead_out_of_the_proxy_lead_to_what_is_there_instead(string path)
    {
        await using var pod = new FakePod(Ok);
        var root = await RegisterAsync(pod);

        Assert.Contains("\"apiVersion\":\"v1\"", await RawAsync("GET", $"{root}/{path}"));

        Assert.Empty(await HeardAsync(pod));
    }

    [Fact]
    public async Task A_redirect_is_the_clients_to_follow()
    {
        await using var elsewhere = new FakePod(Ok);
        await using var pod = new FakePod("HTTP/1.1 302 Found\r\nLocation: /login?next=%2F\r\nSet-Cookie: a=b; Path=/; HttpOnly; domain=x\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await using var leading = new FakePod($"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{FakePod.Address}:{elsewhere.Port}/x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        var (root, other) = (await RegisterAsync(pod), await RegisterAsync(leading));

        var answer = await RawAsync("GET", root + "/services/s/proxy/");
        Assert.StartsWith("HTTP/1.1 302 ", answer);
        Assert.Contains($"Location: {root}/services/s/proxy/login?next=%2F\r\n", answer);
        Assert.Contains($"Set-Cookie: a=b; Path={root}/services/s/proxy/; HttpOnly\r\n", answer);
        Assert.DoesNotContain("Access-Control", answer);
        Assert.Contains($"Location: http://{FakePod.Address}:{elsewhere.Port}/x\r\n", await RawAsync("GET", other + "/pods/p:" + leading.Port + "/proxy/"));
        Assert.Empty(await HeardAsync(elsewhere));
        Assert.Contains($"Location: {root}/services/s/proxy/?a=b\r\n", await RawAsync("GET", root + "/services/s/proxy?a=b"));
    }

    [Fact]
    public async Task Links_of_a_page_lead_through_the_proxy()
    {
        const string Page = "<html><a href=\"/a?b\">x</a><script>\"<a href='/a'>\"</script></html>";
        await using var pod = new FakePod($"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {Page.Length}\r\nConnection: close\r\n\r\n{Page}");
        await using var text = new FakePod($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {Page.Length}\r\nConnection: close\r\n\r\n{Page}");
        var (root, other) = (await RegisterAsync(pod), await RegisterAsync(text));

        var answer = await shared.Admin.AskAsync(root + "/services/s/proxy/");
        Assert.Equal(Page.Replace("\"/a?b", $"\"{root}/services/s/proxy/a?b", StringComparison.Ordinal), answer.Text);
        Assert.Equal(Page, (await shared.Admin.AskAsync(other + "/services/s/proxy/")).Text);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Links_of_a_page_that_is_packed_lead_through_the_proxy(string coding)
    {
        using var packed = new MemoryStream();
        await using (Stream to = coding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await to.WriteAsync("<a href=/a>"u8.ToArray(), Ct);
        }

        await using var pod = new FakePod($"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {coding}\r\nContent-Length: {packed.Length}\r\nConnection: close\r\n\r\n{Encoding.Latin1.GetString(packed.ToArray())}");
        var root = await RegisterAsync(pod);

        using var answer = await shared.Admin.GetAsync(new Uri(root + "/services/s/proxy/", UriKind.Relative), Ct);
        var body = await answer.Content.ReadAsStreamAsync(Ct);
        using var reader = new StreamReader(coding == "gzip" ? new GZipStream(body, CompressionMode.Decompress) : new ZLibStream(body, CompressionMode.Decompress));
        Assert.Equal($"<a href={root}/services/s/proxy/a>", await reader.ReadToEndAsync(Ct));
    }

    [Fact]
    public async Task A_page_that_is_not_packed_as_it_says_does_not_look_whole()
    {
        await using var pod = new FakePod("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 11\r\nConnection: close\r\n\r\n<a href=/a>");
        var root = await RegisterAsync(pod);

        await Assert.ThrowsAsync<HttpRequestException>(() => shared.Admin.GetStringAsync(new Uri(root + "/services/s/proxy/", UriKind.Relative), Ct));
    }

    [Fact]
    public async Task By_what_a_client_is_known_here_stays_here()
    {
        await using var pod = new FakePod(Ok);
        var root = await RegisterAsync(pod);

        await RawAsync("GET", root + "/services/s/proxy/", """
            Impersonate-User: secret
            Impersonate-Group: system:masters
            Impersonate-Uid: secret
            Impersonate-Extra-Scopes: secret
            X-Remote-User: secret
            X-Remote-Uid: secret
            X-Remote-Extra-Any: secret
            Proxy-Authorization: secret
            X-Hop: secret
            Connection: X-Hop
            X-Kept: yes
            """);

        var heard = Assert.Single(await HeardAsync(pod));
        Assert.DoesNotContain("secret", heard, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("mpersonate", heard);
        Assert.Contains("X-Kept: yes\r\n", heard);
        Assert.Contains($"X-Forwarded-Uri: {root}/services/s/proxy/\r\n", heard);
    }

    [Fact]
    public async Task A_token_stays_here()
    {
        await using var pod = new FakePod(Ok);
        var root = await RegisterAsync(pod);
        var @namespace = root[(root.LastIndexOf('/') + 1)..];
        Assert.Equal(201, (await shared.Admin.PostAsync($"{root}/serviceaccounts", """{"metadata":{"name":"a"}}""")).Code);
        Assert.Equal(201, (await shared.Admin.PostAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{@namespace}/rolebindings", $$$"""{"metadata":{"name":"a"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"admin"},"subjects":[{"kind":"ServiceAccount","name":"a","namespace":"{{{@namespace}}}"}]}""")).Code);
        var token = (string)(await shared.Admin.PostAsync($"{root}/serviceaccounts/a/token", "{}")).Json["status"]!["token"]!;
        using var client = shared.Server.ClientOf(null);
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + token);

        Assert.Equal((200, "hi"), await client.AskAsync(root + "/services/s/proxy/") is var answer ? (answer.Code, answer.Text) : default);

        Assert.DoesNotContain(token, Assert.Single(await HeardAsync(pod)));
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\nContent-Length: 4\n\n0\r\n\r\n", 200)]
    [InlineData("Content-Length: 4\nTransfer-Encoding: chunked\n\n0\r\n\r\n", 200)]
    [InlineData("Content-Length: 0\nContent-Length: 40\n\n", 400)]
    [InlineData("Transfer-Encoding: chunked, identity\n\n0\r\n\r\n", 400)]
    [InlineData("Transfer-Encoding: xchunked\n\n0\r\n\r\n", 400)]
    [InlineData("Transfer-Encoding : chunked\n\n0\r\n\r\n", 400)]
    [InlineData("Content-Length: +4\n\n", 200)] // The listener takes it for 4, and that is how it is handed on.
    [InlineData("X-A: b\rX-B: c\n\n", 400)]
    [InlineData("X-A: b\0c\n\n", 400)]
    public async Task No_second_request_hides_behind_the_first(string headers, int code)
    {
        const string Hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
        await using var pod = new FakePod(Ok);
        var root = await RegisterAsync(pod);
        await using var client = await StreamingTests.ConnectAsync(shared.Server);
        var split = headers.IndexOf("\n\n", StringComparison.Ordinal);

        await StreamingTests.SayAsync(client, $"POST {root}/services/s/proxy/ HTTP/1.1\r\nHost: x\r\n{headers[..split].Replace("\n", "\r\n", StringComparison.Ordinal)}\r\n\r\n{headers[(split + 2)..]}{Hidden}");

        Assert.StartsWith($"HTTP/1.1 {code} ", await FakeKubelet.HeadAsync(client, Ct));
        var heard = await HeardAsync(pod);
        Assert.Equal(code == 200 ? 1 : 0, heard.Count);
        Assert.All(heard, static request => Assert.DoesNotContain("hidden", request));
        Assert.All(heard, static request => Assert.False(Has(request, "\nContent-Length:") && Has(request, "\nTransfer-Encoding:"), request));
    }

    [Fact]
    public async Task A_backend_that_switches_protocols_unasked_is_not_switched_to()
    {
        await using var pod = new FakePod("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\nraw bytes");
        var root = await RegisterAsync(pod);

        Assert.StartsWith("HTTP/1.1 503 ", await RawAsync("GET", root + "/services/s/proxy/"));
        Assert.StartsWith("HTTP/1.1 503 ", await RawAsync("GET", root + "/services/s/proxy/", "Connection: Upgrade\nUpgrade: websocket"));
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhalf")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\n")]
    public async Task An_answer_that_breaks_off_does_not_look_whole(string answer)
    {
        await using var pod = new FakePod("HTTP/1.1 200 OK\r\n" + answer);
        var root = await RegisterAsync(pod);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => shared.Admin.AskAsync(root + "/services/s/proxy/"));
    }

    [Fact]
    public async Task A_backend_that_agrees_to_an_upgrade_is_joined_to_the_client()
    {
        await using var pod = new FakePod("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\nhello");
        var root = await RegisterAsync(pod);
        await using (var client = await StreamingTests.ConnectAsync(shared.Server))
        {
            await StreamingTests.SayAsync(client, $"GET {root}/services/s/proxy/socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: y\r\nAuthorization: secret\r\n\r\n");
            var head = await FakeKubelet.HeadAsync(client, Ct);
            Assert.StartsWith("HTTP/1.1 101 ", head);
            Assert.Contains("Upgrade: websocket\r\n", head);
            Assert.Contains("Sec-WebSocket-Accept: x\r\n", head);
            var said = new byte[5];
            await client.ReadExactlyAsync(said, Ct);
            Assert.Equal("hello"u8.ToArray(), said);
            await StreamingTests.SayAsync(client, "ping");
            await pod.HearAsync("ping");
        }

        var heard = Assert.Single(await HeardAsync(pod));
        Assert.Contains("Upgrade: websocket\r\n", heard);
        Assert.Contains("Sec-WebSocket-Key: y\r\n", heard);
        Assert.DoesNotContain("secret", heard);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 302)]
    [InlineData("HTTP/1.1 400 Bad Request\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nno", 400)]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 403)]
    public async Task An_upgrade_that_the_backend_refuses_leaves_no_way_to_it(string refusal, int code)
    {
        await using var pod = new FakePod(refusal);
        var root = await RegisterAsync(pod);
        await using var client = await StreamingTests.ConnectAsync(shared.Server);

        await StreamingTests.SayAsync(client, $"GET {root}/services/s/proxy/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {code} ", await StreamingTests.AnswerAsync(client));
        await StreamingTests.SayAsync(client, "GET /second HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404 ", await StreamingTests.AnswerAsync(client));

        Assert.DoesNotContain("second", Assert.Single(await HeardAsync(pod)));
    }

    [Fact]
    public async Task No_upgrade_leads_through_a_node_to_its_kubelet()
    {
        var asked = "";
        await using var kubelet = new FakeKubelet(shared.Server.Authority, "n9", async (head, tls) =>
        {
            asked = head;
            await StreamingTests.SayAsync(tls, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        });
        await kubelet.RegisterAsync(shared.Admin, "n9");

        Assert.StartsWith("HTTP/1.1 503 ", await RawAsync("GET", "/api/v1/nodes/n9/proxy/exec/a/b/c?command=sh", "Connection: Upgrade\nUpgrade: websocket"));

        Assert.DoesNotContain("Upgrade", asked);
    }

    [Fact]
    public async Task A_kubelet_that_redirects_a_log_is_not_followed()
    {
        await using var elsewhere = new FakePod(Ok);
        await using var kubelet = new FakeKubelet(shared.Server.Authority, "n8", async (_, tls) =>
            await StreamingTests.SayAsync(tls, $"HTTP/1.1 302 Found\r\nLocation: http://{FakePod.Address}:{elsewhere.Port}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        var @namespace = await shared.NamespaceAsync();
        await kubelet.RegisterAsync(shared.Admin, "n8", @namespace);

        Assert.Equal(500, (await shared.Admin.AskAsync($"/api/v1/namespaces/{@namespace}/pods/p/log")).Code);
        Assert.Empty(await HeardAsync(elsewhere));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("fe80::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task Pods_and_services_are_no_way_to_the_servers_own_machine(string ip)
    {
        await using var server = await TestServer.StartAsync(static config => config with { ReachesAlso = static _ => false });
        await using var pod = new FakePod(Ok);
        Assert.Equal(201, (await server.Admin.PostAsync("/api/v1/namespaces/default/pods", """{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}""")).Code);
        await server.Admin.PatchAsync("/api/v1/namespaces/default/pods/p/status", "merge-patch+json", $$$"""{"status":{"podIP":"{{{ip}}}","podIPs":[{"ip":"{{{ip}}}"}]}}""");

        var answer = await server.Admin.AskAsync($"/api/v1/namespaces/default/pods/p:{pod.Port}/proxy/");

        Assert.Equal((400, "address not allowed"), (answer.Code, answer.Message));
        Assert.Equal(503, (await server.Admin.AskAsync("/api/v1/namespaces/default/services/https:kubernetes:https/proxy/")).Code);
        Assert.Empty(await HeardAsync(pod));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{"kind":"Pod","name":"p","namespace":"kube-system"}""")]
    [InlineData("""{"kind":"Pod","name":"other","namespace":"NS"}""")]
    [InlineData("""{"kind":"Node","name":"p","namespace":"NS"}""")]
    public async Task Endpoints_that_are_no_pods_of_the_namespace_are_not_reached(string target)
    {
        await using var pod = new FakePod(Ok);
        var @namespace = await shared.NamespaceAsync();
        await pod.RegisterAsync(shared.Admin, @namespace, target);

        var answer = await shared.Admin.AskAsync($"/api/v1/namespaces/{@namespace}/services/s/proxy/");

        Assert.Equal((503, "no endpoints available for service \"s\""), (answer.Code, answer.Message));
        Assert.Empty(await HeardAsync(pod));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("169.254.169.254")]
    public async Task A_node_is_no_way_to_the_servers_own_machine(string ip)
    {
        await using var server = await TestServer.StartAsync(static config => config with { ReachesAlso = static _ => false });
        await using var kubelet = new FakeKubelet(server.Authority, "n1", async (_, tls) => await StreamingTests.SayAsync(tls, Ok));
        await kubelet.RegisterAsync(server.Admin, "n1");
        Assert.Equal(200, (await server.Admin.PatchAsync("/api/v1/nodes/n1/status", "merge-patch+json", $$$"""{"status":{"addresses":[{"type":"InternalIP","address":"{{{ip}}}"}]}}""")).Code);

        foreach (var path in (string[])["/api/v1/nodes/n1/proxy/pods", "/api/v1/nodes/n1:1/proxy/", $"/api/v1/nodes/n1:{kubelet.Port}/proxy/", "/api/v1/namespaces/default/pods/p/log"])
        {
            Assert.Contains("address not allowed", (await server.Admin.AskAsync(path)).Message);
        }

        Assert.Null(kubelet.Caller);
    }

    private async Task<string> RegisterAsync(FakePod pod)
    {
        var @namespace = await shared.NamespaceAsync();
        await pod.RegisterAsync(shared.Admin, @namespace);
        return $"/api/v1/namespaces/{@namespace}";
    }

    private async Task<string> RawAsync(string method, string path, string headers = "Accept: */*")
    {
        await using var client = await StreamingTests.ConnectAsync(shared.Server);
        await StreamingTests.SayAsync(client, $"{method} {path} HTTP/1.1\r\nHost: x\r\n{headers.ReplaceLineEndings("\r\n")}\r\n\r\n");
        return await StreamingTests.AnswerAsync(client);
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    // Stopped first, so that all is there that will ever be.
    private static async Task<List<string>> HeardAsync(FakePod pod)
    {
        await pod.DisposeAsync();
        return pod.Heard;
    }
}
