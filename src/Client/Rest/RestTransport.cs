using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Navarch.Client;

/// <summary>Makes the HTTP client of a <see cref="ClientConfig"/>: one multiplexed connection, proven on both sides.</summary>
public static class RestTransport
{
    public static SocketsHttpHandler CreateHandler(ClientConfig config) => new()
    {
        // Servers allow some hundred streams per connection, and each watch holds one.
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),

        // A peer that vanished without a word is noticed within 45 s, else a watch would wait for it forever.
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        UseCookies = false,
        AllowAutoRedirect = false,
        SslOptions = Tls(config),
    };

    public static SslClientAuthenticationOptions Tls(ClientConfig config)
    {
        var options = new SslClientAuthenticationOptions();
        if (config.ServerName.Length > 0)
        {
            options.TargetHost = config.ServerName;
        }

        if (config.SkipsVerification)
        {
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else if (config.Authorities.Count > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck, // Cluster authorities publish no revocation lists.
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(config.Authorities);
        }

        if (config.Certificate is not null)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(config.Certificate, config.Intermediates, offline: true);
        }

        return options;
    }

    public static HttpClient CreateClient(ClientConfig config, HttpMessageHandler handler)
    {
        var http = new HttpClient(new ConnectionErrorHandler(handler))
        {
            BaseAddress = config.Server,
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // Each request has its own; watches have none.
        };
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", config.UserAgent);
        if (config.UserName.Length > 0)
        {
            var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{config.UserName}:{config.Password}"));
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", basic);
        }

        return http;
    }
}
