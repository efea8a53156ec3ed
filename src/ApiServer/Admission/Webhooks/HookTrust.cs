using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>Whether a server is the webhook it should be, and if not, why, in words that operators know.</summary>
internal sealed class HookTrust
{
    private readonly X509Certificate2Collection? authorities;

    private HookTrust(X509Certificate2Collection? authorities) => this.authorities = authorities;

    /// <param name="bundle">Certificates in PEM; empty for those that the machine trusts.</param>
    /// <exception cref="HookFailure">There is no certificate in it.</exception>
    public static HookTrust Of(ReadOnlyMemory<byte> bundle)
    {
        if (bundle.IsEmpty)
        {
            return new HookTrust(null);
        }

        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(Encoding.ASCII.GetString(bundle.Span));
            return authorities.Count > 0 ? new HookTrust(authorities) : throw Unreadable(null);
        }
        catch (CryptographicException e)
        {
            throw Unreadable(e);
        }
    }

    public SslClientAuthenticationOptions OptionsFor(string host)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            RemoteCertificateValidationCallback = (_, certificate, chain, problems) => Check(host, certificate as X509Certificate2, chain, problems),
        };
        // A stranger's certificate names addresses to fetch from.
        options.CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (authorities is not null)
        {
            options.CertificateChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return options;
    }

    private static HookFailure Unreadable(Exception? cause) => new("could not get REST client: unable to load root certificates: unable to parse bytes as PEM block", cause);

    private static bool Check(string host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors problems)
    {
        if (problems == SslPolicyErrors.None)
        {
            return true;
        }

        var why = certificate is null ? "the server showed no certificate"
            : chain?.ChainElements is [{ } leaf, ..] && leaf.ChainElementStatus.Any(static status => status.Status == X509ChainStatusFlags.NotTimeValid) ? "certificate has expired or is not yet valid"
            : problems.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? OtherName(certificate, host)
            : "certificate signed by unknown authority";
        throw new NotTrustedException("tls: failed to verify certificate: x509: " + why);
    }

    private static string OtherName(X509Certificate2 certificate, string host)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var isAddress = IPAddress.TryParse(host, out _);
        List<string> valid = names is null ? [] : isAddress ? [.. names.EnumerateIPAddresses().Select(static address => address.ToString())] : [.. names.EnumerateDnsNames()];
        return valid.Count > 0 ? $"certificate is valid for {string.Join(", ", valid)}, not {host}"
            : isAddress ? $"cannot validate certificate for {host} because it doesn't contain any IP SANs"
            : $"certificate is not valid for any names, but wanted to match {host}";
    }

    /// <summary>The server is not the one it should be.</summary>
    internal sealed class NotTrustedException(string why) : System.Security.Authentication.AuthenticationException(why);
}
