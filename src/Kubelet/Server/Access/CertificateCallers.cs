using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Api.Authentication.V1;
using Navarch.Client;
using Navarch.Machinery.Certificates;

namespace Navarch.Kubelet.Server.Access;

/// <summary>
/// Knows the holders of certificates that the cluster's authority signed for clients: the common name is the user,
/// organizations are groups.
/// </summary>
internal sealed class CertificateCallers(Func<X509Certificate2Collection> authorities, TimeProvider time)
{
    /// <param name="authorityFile">PEM, read again when it changes. Empty: nobody is known by a certificate.</param>
    /// <exception cref="CryptographicException">The file holds no certificates.</exception>
    public static CertificateCallers Follow(string authorityFile, TimeProvider time)
    {
        if (authorityFile.Length == 0)
        {
            return new CertificateCallers(static () => [], time);
        }
        var authorities = CertificateFiles.FollowAuthorities(authorityFile, time);
        return new CertificateCallers(() => authorities.Current, time);
    }

    /// <summary>Who holds a certificate; null when it is from somebody else, for something else or for another time.</summary>
    public UserInfo? Find(X509Certificate2 certificate)
    {
        if (!CertificateChain.IsFrom(authorities(), certificate, CertificateChain.ClientAuthentication, time.GetUtcNow()))
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
}
