using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Navarch.Storage.Etcd;

/// <summary>The files by which an etcd cluster and this client know each other, in PEM.</summary>
/// <param name="AuthorityFile">Who signs the certificates of members.</param>
/// <param name="CertificateFile">This client's certificate; null where members ask for none.</param>
/// <param name="KeyFile">Its private key.</param>
public sealed record EtcdTls(string AuthorityFile, string? CertificateFile, string? KeyFile)
{
    /// <summary>Options for a member. The client's certificate is read for every handshake, so that a renewed one is used without a restart.</summary>
    /// <exception cref="StoreUnavailableException">A file cannot be read.</exception>
    internal SslClientAuthenticationOptions Options()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(AuthorityFile);
            ClientCertificate()?.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new StoreUnavailableException($"the certificates for etcd cannot be used: {e.Message}", e);
        }
        return new()
        {
            CertificateChainPolicy = policy,
            LocalCertificateSelectionCallback = CertificateFile is null ? null : (_, _, _, _, _) => ClientCertificate()!,
        };
    }

    private X509Certificate2? ClientCertificate() => CertificateFile is null ? null : X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile);
}
