using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Lifecycle;

/// <summary>
/// The few questions that lifecycle commands ask the cluster, as its administrator. Plain HTTP calls: these commands must
/// also work against a server of another version than themselves.
/// </summary>
public sealed class ClusterApi : IDisposable
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    public ClusterApi(Profile profile, ProfilePaths paths)
        : this(profile.ApiAddress, paths)
    {
    }

    /// <param name="address">Of one server.</param>
    public ClusterApi(Uri address, ProfilePaths paths)
    {
        using var pem = X509Certificate2.CreateFromPemFile(paths.Certificate(ClusterCertificates.Admin), paths.Key(ClusterCertificates.Admin));
        var identity = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(paths.Certificate(ClusterCertificates.Authority));
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions { ClientCertificates = [identity], CertificateChainPolicy = policy },
        })
        {
            BaseAddress = address,
            Timeout = AnswerMax,
        };
    }

    /// <summary>Whether the server serves. Refused connections and answers that say "not yet" are both no.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        try
        {
            using var response = await _http.GetAsync("/readyz", ct);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (IsNoAnswer(e, ct))
        {
            return false;
        }
    }

    /// <summary>What the node last said of being ready; null where the node or the server is not there.</summary>
    public async Task<NodeReadiness?> FindNodeReadinessAsync(string node, CancellationToken ct)
    {
        try
        {
            using var response = await _http.GetAsync($"/api/v1/nodes/{node}", ct);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return null;
            }

            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(ct));
            return document.RootElement.TryGetProperty("status", out var status) && status.TryGetProperty("conditions", out var conditions)
                ? conditions.EnumerateArray()
                    .Where(condition => condition.GetProperty("type").GetString() == "Ready")
                    .Select(condition => new NodeReadiness(
                        condition.GetProperty("status").GetString() ?? "Unknown",
                        condition.TryGetProperty("lastHeartbeatTime", out var time) && time.ValueKind == JsonValueKind.String ? time.GetDateTimeOffset() : default))
                    .FirstOrDefault()
                : null;
        }
        catch (Exception e) when (IsNoAnswer(e, ct))
        {
            return null;
        }
    }

    /// <summary>The answer's JSON, or null where the object does not exist.</summary>
    /// <exception cref="ClusterException">The server refuses or does not answer.</exception>
    public async Task<JsonDocument?> FindAsync(string path, CancellationToken ct)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), ct);
        return response.StatusCode == HttpStatusCode.NotFound ? null : JsonDocument.Parse(await BodyAsync(response, path, ct));
    }

    /// <summary>Creates the object, or changes the one of its name to say what the document says (a merge patch).</summary>
    /// <param name="collection">Path of the collection, such as <c>/api/v1/namespaces/default/services</c>.</param>
    public async Task ApplyAsync(string collection, string name, byte[] json, CancellationToken ct)
    {
        using var create = new HttpRequestMessage(HttpMethod.Post, collection) { Content = Body(json, "application/json") };
        using var created = await SendAsync(create, ct);
        if (created.StatusCode != HttpStatusCode.Conflict)
        {
            await BodyAsync(created, collection, ct);
            return;
        }

        using var patch = new HttpRequestMessage(HttpMethod.Patch, $"{collection}/{name}") { Content = Body(json, "application/merge-patch+json") };
        using var patched = await SendAsync(patch, ct);
        await BodyAsync(patched, $"{collection}/{name}", ct);
    }

    /// <summary>The body of what a server of Navarch says to its operator.</summary>
    /// <exception cref="ClusterException">The server refuses or does not answer.</exception>
    public async Task<byte[]> CallAsync(HttpMethod method, string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await SendAsync(request, ct);
        return await BodyAsync(response, path, ct);
    }

    /// <summary>The same as it comes, however long that takes. The caller disposes it.</summary>
    /// <exception cref="ClusterException">The server refuses or does not answer.</exception>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        var response = await SendAsync(request, ct, HttpCompletionOption.ResponseHeadersRead);
        if (!response.IsSuccessStatusCode)
        {
            using (response)
            {
                await BodyAsync(response, path, ct);
            }
        }

        return response;
    }

    public void Dispose() => _http.Dispose();

    private static ByteArrayContent Body(byte[] json, string type)
    {
        var content = new ByteArrayContent(json);
        content.Headers.ContentType = new(type);
        return content;
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken ct, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        try
        {
            return await _http.SendAsync(request, completion, ct);
        }
        catch (Exception e) when (IsNoAnswer(e, ct))
        {
            throw new ClusterException($"the API server at {_http.BaseAddress} does not answer: {e.Message}", "see `navarch status`", e);
        }
    }

    private static async Task<byte[]> BodyAsync(HttpResponseMessage response, string path, CancellationToken ct)
    {
        var body = await response.Content.ReadAsByteArrayAsync(ct);
        if (response.IsSuccessStatusCode)
        {
            return body;
        }

        var reason = response.ReasonPhrase;
        try
        {
            using var status = JsonDocument.Parse(body);
            reason = status.RootElement.TryGetProperty("message", out var message) ? message.GetString() : reason;
        }
        catch (JsonException)
        {
            // No Status object: the reason phrase must do.
        }

        throw new ClusterException($"the API server refuses {path}: {reason}", "see the server's log in the profile's folder");
    }

    private static bool IsNoAnswer(Exception e, CancellationToken ct) =>
        e is HttpRequestException or IOException or SocketException or JsonException || (e is OperationCanceledException && !ct.IsCancellationRequested);
}

/// <summary>The node's Ready condition.</summary>
/// <param name="Status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
/// <param name="Heartbeat">When the node said so, in whole seconds.</param>
public sealed record NodeReadiness(string Status, DateTimeOffset Heartbeat);
