using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Navarch.Proving;

/// <summary>How clients reach a server.</summary>
public static class Connection
{
    /// <summary>A client with a certificate, over HTTP/2. A server that is not there is noticed, one that says nothing is not.</summary>
    /// <param name="authority">PEM file of who signed the server's certificate.</param>
    /// <param name="certificate">PEM file of the client's certificate.</param>
    /// <param name="key">PEM file of its key.</param>
    public static HttpClient Open(Uri address, string authority, string certificate, string key)
    {
        using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
        var client = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var trusted = X509CertificateLoader.LoadCertificateFromFile(authority);
        return new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            SslOptions = new SslClientAuthenticationOptions
            {
                LocalCertificateSelectionCallback = (_, _, _, _, _) => client,
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { trusted },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        })
        {
            BaseAddress = address,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
            Timeout = Timeout.InfiniteTimeSpan, // Each call has its own.
        };
    }
}
