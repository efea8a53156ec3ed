using System.Security.Cryptography.X509Certificates;

namespace Navarch.ApiServer.Authentication;

/// <summary>Whether a certificate was signed for a client by somebody.</summary>
internal static class CertificateChain
{
    private const string ClientAuthUsage = "1.3.6.1.5.5.7.3.2";

    public static bool IsFrom(X509Certificate2Collection authorities, X509Certificate2 certificate, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new(ClientAuthUsage));
        return chain.Build(certificate);
    }
}
