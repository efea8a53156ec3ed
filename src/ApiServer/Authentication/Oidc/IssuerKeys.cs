using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Navarch.Api.Json;
using Navarch.Client;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Authentication.Oidc;

/// <summary>The keys an issuer publishes, fetched when a token comes that names an unknown one, and not again for a while.</summary>
internal sealed partial class IssuerKeys : IDisposable
{
    private const int BytesMax = 1 << 20;

    // Who sends tokens with made-up keys must not make this server ask the issuer each time.
    private static readonly TimeSpan AskedAgainAfter = TimeSpan.FromSeconds(10);

    private readonly TokenIssuer issuer;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly HttpClient http;
    private readonly SemaphoreSlim turn = new(1);
    private IReadOnlyList<VerificationKey> keys = [];
    private DateTimeOffset askedAt = DateTimeOffset.MinValue;

    public IssuerKeys(TokenIssuer issuer, TimeProvider time, ILogger log)
    {
        this.issuer = issuer;
        this.time = time;
        this.log = log;
        var tls = new SslClientAuthenticationOptions();
        if (issuer.CertificateAuthority.Length > 0)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(issuer.CertificateAuthority);
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        http = new HttpClient(new ConnectionErrorHandler(new SocketsHttpHandler { AllowAutoRedirect = false, SslOptions = tls, ConnectTimeout = TimeSpan.FromSeconds(5) }))
        {
            Timeout = TimeSpan.FromSeconds(10),
            MaxResponseContentBufferSize = BytesMax,
        };
    }

    /// <summary>The keys that may have signed a token: that of the name, or all where the token names none.</summary>
    public async ValueTask<IReadOnlyList<VerificationKey>> FindAsync(string id, CancellationToken ct)
    {
        if (Known(id) is { Count: > 0 } known)
        {
            return known;
        }

        await turn.WaitAsync(ct);
        try
        {
            var now = time.GetUtcNow();
            if (Known(id).Count == 0 && now - askedAt >= AskedAgainAfter)
            {
                askedAt = now;
                Volatile.Write(ref keys, await FetchAsync(ct));
            }
        }
        catch (Exception e) when (e is HttpRequestException or ApiJsonException or InvalidDataException or UriFormatException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            LogUnreachable(issuer.Url, e);
        }
        finally
        {
            turn.Release();
        }

        return Known(id);
    }

    public void Dispose()
    {
        http.Dispose();
        turn.Dispose();
    }

    private List<VerificationKey> Known(string id) => [.. Volatile.Read(ref keys).Where(key => id.Length == 0 || key.Id == id)];

    private async Task<IReadOnlyList<VerificationKey>> FetchAsync(CancellationToken ct)
    {
        var published = issuer.DiscoveryUrl.Length > 0 ? issuer.DiscoveryUrl : issuer.Url.TrimEnd('/') + "/.well-known/openid-configuration";
        var discovery = await ReadAsync(new Uri(published), ct);
        if (discovery.FindText("issuer") != issuer.Url)
        {
            throw new InvalidDataException($"the discovery document is of {discovery.FindText("issuer")}");
        }

        var where = new Uri(discovery.FindText("jwks_uri") ?? "");
        if (where.Scheme != Uri.UriSchemeHttps)
        {
            throw new InvalidDataException("keys must come by https");
        }

        var found = (await ReadAsync(where, ct))["keys"] as JsonArray;
        return [.. (found?.Items ?? []).OfType<JsonObject>().Select(VerificationKey.Read).OfType<VerificationKey>()];
    }

    private async Task<JsonObject> ReadAsync(Uri uri, CancellationToken ct)
    {
        using var answer = await http.GetAsync(uri, ct);
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsByteArrayAsync(ct)) as JsonObject ?? throw new InvalidDataException($"{uri} is no JSON object");
    }

    [LoggerMessage(LogLevel.Warning, "the keys of {Issuer} could not be read; its tokens are refused until they can")]
    private partial void LogUnreachable(string issuer, Exception cause);
}
