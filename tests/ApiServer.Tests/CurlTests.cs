using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

/// <summary>A terminal and plain curl are a client, too: HTTP/1.1 and HTTP/2, YAML, readable answers, streams.</summary>
public sealed class CurlTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Map = """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: settings
        data:
          color: blue
        """;

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Objects_are_made_read_changed_and_deleted_by_hand(string version)
    {
        var path = await shared.MapsAsync();

        var created = await CurlAsync(version, "-X", "POST", "-H", "Content-Type: application/yaml", "--data-binary", Map, path);
        Assert.StartsWith("{\n  \"kind\": \"ConfigMap\",\n  \"apiVersion\": \"v1\",\n", created);
        Assert.Contains("\n    \"color\": \"blue\"\n", await CurlAsync(version, path + "/settings"), StringComparison.Ordinal);
        Assert.Contains("\ndata:\n  color: blue\n", await CurlAsync(version, "-H", "Accept: application/yaml", path + "/settings"), StringComparison.Ordinal);
        Assert.DoesNotContain("\n ", await CurlAsync(version, path + "/settings?pretty=false"), StringComparison.Ordinal);
        Assert.Contains(
            "\"color\": \"red\"",
            await CurlAsync(version, "-X", "PATCH", "-H", "Content-Type: application/merge-patch+json", "-d", """{"data":{"color":"red"}}""", path + "/settings"),
            StringComparison.Ordinal);
        Assert.Contains("NAME", (await CurlAsync(version, "-H", "Accept: application/json;as=Table;v=v1;g=meta.k8s.io", path)).ToUpperInvariant(), StringComparison.Ordinal);
        Assert.Contains("\"status\": \"Success\"", await CurlAsync(version, "-X", "DELETE", path + "/settings"), StringComparison.Ordinal);
        Assert.Equal("404", await CurlAsync(version, "-o", "/dev/null", "-w", "%{http_code}", path + "/settings"));
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task A_watch_is_a_line_of_json_for_each_event(string version)
    {
        var path = await shared.MapsAsync();
        await CurlAsync(version, "-X", "POST", "-H", "Content-Type: application/yaml", "--data-binary", Map, path);

        var lines = (await CurlAsync(version, "-N", $"{path}?watch=true&timeoutSeconds=1")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Contains(lines, static line => line.StartsWith("{\"type\":\"ADDED\",\"object\":{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",", StringComparison.Ordinal));
        Assert.All(lines, static line => Assert.EndsWith("}}", line));
    }

    [Fact]
    public async Task Large_answers_are_compressed_for_those_who_ask()
    {
        var path = await shared.MapsAsync();
        for (var i = 0; i < 3; i++)
        {
            var body = $$$"""{"metadata":{"name":"m{{{i}}}"},"data":{"a":"{{{new string('x', 100_000)}}}"}}""";
            Assert.Equal(201, (await shared.Admin.PostAsync(path, body)).Code);
        }

        var plain = int.Parse(await CurlAsync("-o", "/dev/null", "-w", "%{size_download}", path), System.Globalization.CultureInfo.InvariantCulture);
        var packed = int.Parse(await CurlAsync("-o", "/dev/null", "-w", "%{size_download}", "-H", "Accept-Encoding: gzip", path), System.Globalization.CultureInfo.InvariantCulture);

        Assert.InRange(packed, 100, plain / 10);
        Assert.Contains(new string('x', 100_000), await CurlAsync("--compressed", path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_unknown_sees_health_and_nothing_else()
    {
        Assert.Equal("ok", await CurlAsync(isKnown: false, "/livez"));
        var refused = await CurlAsync(isKnown: false, "/api/v1/pods");
        Assert.Contains("\"code\": 401", refused, StringComparison.Ordinal);
        Assert.Contains("\"reason\": \"Unauthorized\"", refused, StringComparison.Ordinal);
    }

    private Task<string> CurlAsync(params string[] arguments) => CurlAsync(isKnown: true, arguments);

    private async Task<string> CurlAsync(bool isKnown, params string[] arguments)
    {
        var server = shared.Server;
        var start = new ProcessStartInfo("curl") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-s", "-S", "--noproxy", "*", "--max-time", "20", "--cacert", Write("ca.crt", server.Authority.Certificate.ExportCertificatePem())])
        {
            start.ArgumentList.Add(argument);
        }

        if (isKnown)
        {
            using var certificate = server.Authority.Client("curl", "system:masters");
            var pem = certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n";
            start.ArgumentList.Add("--cert");
            start.ArgumentList.Add(Write($"curl-{Guid.NewGuid():N}.pem", pem));
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument.StartsWith('/') && argument != "/dev/null" ? server.Host.Address.GetLeftPart(UriPartial.Authority) + argument : argument);
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"curl {string.Join(' ', arguments)}: {process.ExitCode}\n{await error}");
        return await output;
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(shared.Server.Directory, name);
        if (!File.Exists(path))
        {
            File.WriteAllText(path, text);
        }

        return path;
    }
}
