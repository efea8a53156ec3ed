using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Tests.Server;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Admission.Webhooks;

/// <summary>Webhooks that are down, slow, somebody else, or hostile.</summary>
public sealed class UnreachableWebhookTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Failed = "Internal error occurred: failed calling webhook \"down.example.com\": ";

    private HttpClient Admin => shared.Admin;

    [Fact]
    public async Task A_webhook_that_is_down_refuses_or_is_passed_over_as_its_policy_says()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        var port = FreePort.Next();
        string Url(string policy) => $"\"failurePolicy\":\"{policy}\",\"clientConfig\":{{\"url\":\"https://127.0.0.1:{port}/x\"}}";
        await hook.ConfigureAsync("Validating", "open", hook.Hook("open.example.com", space, "configmaps", more: Url("Ignore")));
        await hook.ConfigureAsync("Mutating", "open", hook.Hook("open.example.com", space, "configmaps", more: Url("Ignore")));

        Assert.Equal(201, (await CreateAsync(space)).Code);
        await hook.ConfigureAsync("Validating", "closed", hook.Hook("down.example.com", space, "configmaps", more: Url("Fail")));
        var answer = await CreateAsync(space);

        Assert.Equal((500, "InternalError"), (answer.Code, answer.Reason));
        Assert.Equal($"{Failed}failed to call webhook: Post \"https://127.0.0.1:{port}/x?timeout=10s\": dial tcp 127.0.0.1:{port}: connect: connection refused", answer.Message);
        var metrics = (await Admin.AskAsync("/metrics")).Text;
        Assert.Contains("apiserver_admission_webhook_rejection_count{error_type=\"calling_webhook_error\",name=\"down.example.com\",operation=\"CREATE\",rejection_code=\"0\",type=\"validating\"} ", metrics, StringComparison.Ordinal);
        Assert.Contains("apiserver_admission_webhook_fail_open_count{name=\"open.example.com\",type=\"admit\"}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_that_hangs_is_given_up_after_its_time()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Raw = static async (http, _) => await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await hook.ConfigureAsync("Mutating", "hang", hook.Hook("down.example.com", space, "configmaps", more: "\"timeoutSeconds\":1"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CreateAsync(space)));

        Assert.All(answers, answer => Assert.Equal($"{Failed}failed to call webhook: Post \"{hook.Url}/hook?timeout=1s\": context deadline exceeded", answer.Message));
        hook.Raw = null;
        await hook.RemoveAsync();
        await hook.ConfigureAsync("Mutating", "hang", hook.Hook("down.example.com", space, "configmaps", more: "\"timeoutSeconds\":30"));
        Assert.Equal(201, (await CreateAsync(space)).Code);
    }

    [Theory]
    [InlineData(302, "", "failed to call webhook: the server responded with the status code 302 but did not return more information")]
    [InlineData(307, "", "failed to call webhook: the server responded with the status code 307 but did not return more information")]
    [InlineData(404, "nobody", "failed to call webhook: the server could not find the requested resource")]
    [InlineData(500, "it \"broke\"\n", "failed to call webhook: an error on the server (\"it \\\"broke\\\"\") has prevented the request from succeeding")]
    [InlineData(200, "", "failed to call webhook: 0-length response with status code: 200 and content type: ")]
    [InlineData(200, "garbage", "failed to call webhook: couldn't get version/kind; json parse error: ")]
    [InlineData(200, "[]", "failed to call webhook: couldn't get version/kind; json parse error: ")]
    [InlineData(200, """{"response":{"allowed":"yes"}}""", "received invalid webhook response: expected response.uid=")]
    [InlineData(200, """{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"UID","allowed":"yes"}}""", "failed to call webhook: couldn't get version/kind; json parse error: ")]
    [InlineData(200, "{}", "received invalid webhook response: webhook response was absent")]
    [InlineData(200, """{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"other","allowed":true}}""", "received invalid webhook response: expected response.uid=\"UID\", got \"other\"")]
    [InlineData(200, """{"response":{"uid":"UID","allowed":true}}""", "received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=")]
    [InlineData(200, """{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"UID","allowed":true,"patch":"W10="}}""", "received invalid webhook response: webhook returned response.patch but not response.patchType")]
    [InlineData(200, """{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"UID","allowed":true,"patch":"W10=","patchType":"MergePatch"}}""", "unsupported patch type \"MergePatch\"")]
    public async Task What_is_no_answer_is_a_failure(int code, string body, string message)
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Raw = async (http, review) =>
        {
            http.Response.StatusCode = code;
            http.Response.Headers.Location = code is >= 300 and < 400 ? hook.Url + "/elsewhere" : default(Microsoft.Extensions.Primitives.StringValues);
            await http.Response.WriteAsync(body.Replace("UID", (string)review["request"]!["uid"]!, StringComparison.Ordinal));
        };
        await hook.ConfigureAsync("Mutating", "no-answer", hook.Hook("down.example.com", space, "configmaps"));

        var answer = await CreateAsync(space);

        Assert.Equal(500, answer.Code);
        Assert.StartsWith(Failed + message.Replace("UID", (string)hook.Asked.Single()["request"]!["uid"]!, StringComparison.Ordinal), answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Raw = static async (http, _) =>
        {
            var block = new byte[1 << 20];
            Array.Fill(block, (byte)' ');
            for (var i = 0; i < 100 && !http.RequestAborted.IsCancellationRequested; i++)
            {
                await http.Response.Body.WriteAsync(block, http.RequestAborted);
            }
        };
        await hook.ConfigureAsync("Mutating", "endless", hook.Hook("down.example.com", space, "configmaps"));

        Assert.Equal(Failed + "failed to call webhook: the response body is longer than 8388608 bytes", (await CreateAsync(space)).Message);
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_a_failure()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Raw = static (http, _) =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        await hook.ConfigureAsync("Validating", "reset", hook.Hook("down.example.com", space, "configmaps"));

        var answer = await CreateAsync(space);

        Assert.Equal(500, answer.Code);
        Assert.StartsWith($"{Failed}failed to call webhook: Post \"{hook.Url}/hook?timeout=10s\": ", answer.Message, StringComparison.Ordinal);
        Assert.Equal(500, (await CreateAsync(space)).Code);
    }

    [Fact]
    public async Task A_server_that_cannot_prove_itself_is_not_asked()
    {
        var space = await shared.NamespaceAsync();
        using var stranger = new TestAuthority("stranger");
        await using var hook = await HookServer.StartAsync(Admin);
        var pem = Convert.ToBase64String(Encoding.ASCII.GetBytes(stranger.Certificate.ExportCertificatePem()));
        string Config(string host, string bundle) => $"\"clientConfig\":{{\"url\":\"https://{host}:{hook.Port}/\",\"caBundle\":\"{bundle}\"}}";

        await hook.ConfigureAsync("Validating", "trust", hook.Hook("down.example.com", space, "configmaps", more: Config("127.0.0.1", pem)));
        Assert.EndsWith("tls: failed to verify certificate: x509: certificate signed by unknown authority", (await CreateAsync(space)).Message, StringComparison.Ordinal);
        await hook.RemoveAsync();
        await hook.ConfigureAsync("Validating", "trust", hook.Hook("down.example.com", space, "configmaps", more: Config("127.0.0.1", "Z2FyYmFnZQ==")));
        Assert.Equal(Failed + "could not get REST client: unable to load root certificates: unable to parse bytes as PEM block", (await CreateAsync(space)).Message);
        Assert.Empty(hook.Asked);
    }

    [Fact]
    public async Task A_certificate_may_be_its_own_authority()
    {
        var space = await shared.NamespaceAsync();
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hook", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
        using var authority = new TestAuthority("unused");
        await using var hook = await HookServer.StartAsync(Admin, authority, certificate, IPAddress.Loopback);
        var pem = Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        await hook.ConfigureAsync("Validating", "own", hook.Hook("own.example.com", space, "configmaps", more: $"\"clientConfig\":{{\"url\":\"{hook.Url}/\",\"caBundle\":\"{pem}\"}}"));

        Assert.Equal(201, (await CreateAsync(space)).Code);
        Assert.Single(hook.Asked);
    }

    [Fact]
    public async Task Connections_are_used_again()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        var connections = new HashSet<string>();
        hook.Raw = async (http, review) =>
        {
            connections.Add(http.Connection.Id);
            await http.Response.WriteAsync($$$"""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"{{{review["request"]!["uid"]}}}","allowed":true}}""");
        };
        await hook.ConfigureAsync("Mutating", "reused", hook.Hook("a.example.com", space, "configmaps"));
        await hook.ConfigureAsync("Validating", "reused", hook.Hook("b.example.com", space, "configmaps"));

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(201, (await CreateAsync(space)).Code);
        }

        Assert.Equal(10, hook.Asked.Count);
        Assert.Single(connections);
    }

    [Fact]
    public async Task A_server_of_another_name_is_not_asked()
    {
        var space = await shared.NamespaceAsync();
        using var authority = new TestAuthority("webhook-ca");
        using var certificate = authority.Server("other.example.com");
        await using var hook = await HookServer.StartAsync(Admin, authority, certificate, IPAddress.Loopback);
        await hook.ConfigureAsync("Validating", "named", hook.Hook("down.example.com", space, "configmaps", more: $"\"clientConfig\":{{\"url\":\"https://localhost:{hook.Port}/\",\"caBundle\":\"{hook.CABundle}\"}}"));

        Assert.EndsWith("tls: failed to verify certificate: x509: certificate is valid for other.example.com, not localhost", (await CreateAsync(space)).Message, StringComparison.Ordinal);
        Assert.Empty(hook.Asked);
    }

    [Fact]
    public async Task A_service_is_reached_at_a_ready_endpoint_under_its_own_name()
    {
        var address = NetworkInterface.GetAllNetworkInterfaces().SelectMany(static item => item.GetIPProperties().UnicastAddresses).Select(static item => item.Address)
            .FirstOrDefault(static item => item.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(item) && item.GetAddressBytes() is not [169, 254, ..]);
        Assert.SkipWhen(address is null, "this machine has no address but its own");
        var space = await shared.NamespaceAsync();
        using var authority = new TestAuthority("webhook-ca");
        using var certificate = authority.Server($"hook.{space}.svc");
        await using var hook = await HookServer.StartAsync(Admin, authority, certificate, IPAddress.Any);
        string Config(string extra = "") => $"\"clientConfig\":{{\"service\":{{\"name\":\"hook\",\"namespace\":\"{space}\",\"path\":\"/validate\"{extra}}},\"caBundle\":\"{hook.CABundle}\"}}";
        await hook.ConfigureAsync("Validating", "service", hook.Hook("down.example.com", space, "configmaps", more: Config()));

        Assert.Equal($"{Failed}failed to call webhook: Post \"https://hook.{space}.svc:443/validate?timeout=10s\": service \"hook\" not found", (await CreateAsync(space)).Message);
        await Admin.PostAsync($"/api/v1/namespaces/{space}/services", """{"metadata":{"name":"hook"},"spec":{"ports":[{"name":"https","port":443,"targetPort":8443}]}}""");
        Assert.EndsWith(": no endpoints available for service \"hook\"", (await CreateAsync(space)).Message, StringComparison.Ordinal);
        var slice = await Admin.PostAsync($"/apis/discovery.k8s.io/v1/namespaces/{space}/endpointslices", $$$"""
            {"metadata":{"name":"hook-1","labels":{"kubernetes.io/service-name":"hook"}},"addressType":"IPv4","ports":[{"name":"https","port":{{{hook.Port}}}}],
             "endpoints":[{"addresses":["{{{address}}}"],"conditions":{"ready":true}},{"addresses":["192.0.2.99"],"conditions":{"ready":false}}]}
            """);
        Assert.True(slice.Code == 201, slice.Text);
        Assert.Equal(201, (await CreateAsync(space)).Code);
        Assert.Contains($"Host: hook.{space}.svc", hook.Headers, StringComparison.Ordinal);

        await hook.RemoveAsync();
        await hook.ConfigureAsync("Validating", "service", hook.Hook("down.example.com", space, "configmaps", more: Config(",\"port\":444")));
        Assert.EndsWith(": no service port 444 found for service \"hook\"", (await CreateAsync(space)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("metadata.internal")]
    public async Task A_service_never_leads_to_the_servers_own_machine(string name)
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        await Admin.PostAsync($"/api/v1/namespaces/{space}/services", $$$"""{"metadata":{"name":"hook"},"spec":{"type":"ExternalName","externalName":"{{{name}}}"}}""");
        await hook.ConfigureAsync("Validating", "inward", hook.Hook(
            "down.example.com", space, "configmaps",
            more: $"\"clientConfig\":{{\"service\":{{\"name\":\"hook\",\"namespace\":\"{space}\",\"port\":{hook.Port}}},\"caBundle\":\"{hook.CABundle}\"}}"));

        var answer = await CreateAsync(space);

        Assert.Equal(500, answer.Code);
        Assert.Contains(name == "localhost" ? "the address is not one that a service may have" : "dial tcp", answer.Message, StringComparison.Ordinal);
        Assert.Empty(hook.Asked);
    }

    [Theory]
    [InlineData("http://127.0.0.1/", "'https' is the only allowed URL scheme")]
    [InlineData("https://a:b@127.0.0.1/", "user information is not permitted in the URL")]
    [InlineData("https://127.0.0.1/?a=b", "query parameters are not permitted in the URL")]
    [InlineData("https://127.0.0.1/#a", "fragments are not permitted in the URL")]
    public async Task An_address_that_says_more_than_where_is_refused(string url, string why)
    {
        await using var hook = await HookServer.StartAsync(Admin);
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "url" }, ["webhooks"] = new JsonArray(hook.Hook("a.example.com", "", "pods", more: $"\"clientConfig\":{{\"url\":\"{url}\"}}")) };

        var answer = await Admin.PostAsync("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", body.ToJsonString());

        Assert.Equal(422, answer.Code);
        Assert.Contains(why, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_starts_and_a_configuration_goes_although_its_webhook_refuses_everything()
    {
        await using var server = await TestServer.StartAsync();
        await using var hook = await HookServer.StartAsync(server.Admin);
        var down = hook.Hook("down.example.com", "", "*/*", more: $"\"clientConfig\":{{\"url\":\"https://127.0.0.1:{FreePort.Next()}/\"}}");
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "all" }, ["webhooks"] = new JsonArray(down) };
        await server.Admin.PostAsync("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", body.ToJsonString());

        await server.RestartAsync();

        Assert.Equal(500, (await server.Admin.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"a"}}""")).Code);
        Assert.Equal(200, (await server.Admin.RemoveAsync("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/all")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"a"}}""")).Code);
    }

    private Task<Answer> CreateAsync(string space) =>
        Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", string.Create(CultureInfo.InvariantCulture, $$$"""{"metadata":{"name":"{{{Guid.NewGuid()}}}"}}"""));
}
