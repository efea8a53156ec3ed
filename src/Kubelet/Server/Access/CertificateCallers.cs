using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Api.Authentication.V1;
using Navarch.Machinery.Certificates;

namespace Navarch.Kubelet.Server.Access;

/// <summary>
/// Knows the holders of certificates that the cluster's authority signed for clients: the common name is the user,
/// organizations are groups.
/// </summary>
internal sealed class CertificateCallers(X509Certificate2Collection authorities, TimeProvider time)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <param name="authorityFile">PEM. Empty: nobody is known by a certificate.</param>
    /// <exception cref="CryptographicException">The file holds no certificates.</exception>
    public static CertificateCallers Load(string authorityFile, TimeProvider time)
    {
        var authorities = new X509Certificate2Collection();
        if (authorityFile.Length > 0)
        {
            authorities.ImportFromPemFile(authorityFile);
        }
        return new CertificateCallers(authorities, time);
    }

    /// <summary>Who holds a certificate; null when it is from somebody else, for something else or for another time.</summary>
    public UserInfo? Find(X509Certificate2 certificate)
    {
        if (!IsValid(certificate))
        {
            return null;
        }
        try
        {
            var subject = CertificateSubject.Of(certificate.SubjectName);
            return subject.CommonName.Length == 0 ? null : new UserInfo { Username = subject.CommonName, Groups = [.. subject.Organizations, "system:authenticated"] };
        }
        catch (CryptographicException)
        {
            return null; // Signed all the same, but nobody's name.
        }
    }

    private bool IsValid(X509Certificate2 certificate)
    {
        if (authorities.Count == 0)
        {
            return false; // An empty list of authorities would leave the choice to the machine.
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true; // A stranger's certificate names addresses to fetch from.
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().LocalDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return chain.Build(certificate);
    }
}
