using System.Net;
using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

/// <summary>What is true of every request, whatever it is about.</summary>
public sealed class RequestTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", Maps)]
    [InlineData("GET", Maps + "?watch=true&timeoutSeconds=1")]
    [InlineData("GET", Maps + "/missing")]
    [InlineData("HEAD", Maps)]
    [InlineData("GET", "/livez")]
    [InlineData("GET", "/nothing")]
    public async Task Every_answer_names_its_request(string method, string path)
    {
        using var named = await SendAsync(method, path, "by-the-client");
        using var first = await SendAsync(method, path, null);
        using var second = await SendAsync(method, path, null);

        Assert.Equal("by-the-client", Assert.Single(named.Headers.GetValues("Audit-Id")));
        Assert.True(Guid.TryParse(first.Headers.GetValues("Audit-Id").Single(), out var one));
        Assert.True(Guid.TryParse(second.Headers.GetValues("Audit-Id").Single(), out var two));
        Assert.NotEqual(one, two);
    }

    [Theory]
    [InlineData(Maps, "GET, POST")]
    [InlineData(Maps + "?watch=true", "GET, POST")]
    [InlineData(Maps + "/a", "GET, PATCH, PUT")]
    [InlineData("/api/v1/namespaces/default/pods/a/status", "GET, PATCH, PUT")]
    [InlineData("/api/v1/namespaces/default/pods/a/log", "GET")]
    public async Task Objects_have_no_HEAD(string path, string allowed)
    {
        using var answer = await SendAsync("HEAD", path, null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Contains(allowed.Split(", ")[^1], answer.Content.Headers.Allow);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal(200, (await shared.Admin.AskAsync("/livez")).Code);
    }

    [Theory]
    [InlineData("/livez")]
    [InlineData("/readyz?verbose")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v2")]
    [InlineData("/openapi/v3")]
    [InlineData("/apis")]
    public async Task What_is_no_object_answers_HEAD_as_GET_without_its_body(string path)
    {
        using var head = await SendAsync("HEAD", path, null);
        using var get = await SendAsync("GET", path, null);

        Assert.Equal((HttpStatusCode.OK, get.Content.Headers.ContentType), (head.StatusCode, head.Content.Headers.ContentType));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Ct));
        Assert.NotEmpty(await get.Content.ReadAsByteArrayAsync(Ct));
    }

    [Theory]
    [InlineData("foo", "time: invalid duration \"foo\"")]
    [InlineData("34", "time: missing unit in duration \"34\"")]
    [InlineData("3x", "time: unknown unit \"x\" in duration \"3x\"")]
    [InlineData("-", "time: invalid duration \"-\"")]
    public async Task A_timeout_that_is_no_duration_is_a_bad_request(string timeout, string why)
    {
        var answer = await shared.Admin.AskAsync($"{Maps}?timeout={timeout}");

        Assert.Equal((400, "BadRequest", "invalid timeout specified in the request URL - " + why), (answer.Code, answer.Reason, answer.Message));
        Assert.Equal(200, (await shared.Admin.AskAsync($"{Maps}?watch=true&timeoutSeconds=1&timeout={timeout}")).Code);
    }

    [Theory]
    [InlineData("34s")]
    [InlineData("0s")]
    [InlineData("-1s")]
    [InlineData("1h")]
    [InlineData("")]
    public async Task An_answer_within_the_timeout_is_as_any(string timeout)
    {
        Assert.Equal(200, (await shared.Admin.AskAsync($"{Maps}?timeout={timeout}")).Code);
    }

    [Fact]
    public async Task A_read_that_waits_longer_than_its_client_would_is_ended()
    {
        var answer = await shared.Admin.AskAsync(Maps + "?resourceVersion=999999999&timeout=10ms");

        Assert.Equal((504, "Timeout", "Timeout: request did not complete within the allotted timeout"), (answer.Code, answer.Reason, answer.Message));
        Assert.Equal("{}", answer.Json["details"]!.ToJsonString());
    }

    [Fact]
    public async Task A_write_whose_body_does_not_come_is_ended_and_changes_nothing()
    {
        var maps = await shared.MapsAsync();
        using var held = new HeldContent("""{"metadata":{"name":"a"},""");
        using var request = new HttpRequestMessage(HttpMethod.Post, maps + "?timeout=50ms") { Version = HttpVersion.Version20, Content = held };

        using var answer = await shared.Admin.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Contains("\"reason\":\"Timeout\"", await answer.Content.ReadAsStringAsync(Ct));
        Assert.Empty((await shared.Admin.AskAsync(maps)).Items);
    }

    private Task<HttpResponseMessage> SendAsync(string method, string path, string? auditId)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Version = HttpVersion.Version20 };
        if (auditId is not null)
        {
            request.Headers.Add("Audit-ID", auditId);
        }

        return shared.Admin.SendAsync(request, Ct);
    }

    /// <summary>A body that begins, and goes on when it is disposed.</summary>
    private sealed class HeldContent(string beginning) : HttpContent
    {
        private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(beginning), Ct);
            await stream.FlushAsync(Ct);
            await released.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            released.TrySetResult();
            base.Dispose(disposing);
        }
    }
}
