using System.Security.Cryptography.X509Certificates;

namespace Navarch.Machinery.Certificates;

/// <summary>Whether a certificate that somebody shows was signed by one of certain authorities, for what it is used for (RFC 5280 section 6).</summary>
public static class CertificateChain
{
    /// <summary>Usage of who proves a client's identity.</summary>
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Usage of who proves a server's identity.</summary>
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <param name="authorities">Nobody else is believed; where there are none, nobody is.</param>
    /// <param name="usage">An extended key usage, such as <see cref="ClientAuthentication"/>.</param>
    public static bool IsFrom(X509Certificate2Collection authorities, X509Certificate2 certificate, string usage, DateTimeOffset now)
    {
        if (authorities.Count == 0)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true; // A stranger's certificate names addresses to fetch from.
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new(usage));
        return chain.Build(certificate);
    }
}
