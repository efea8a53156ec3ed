using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Navarch.Api;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Certificates;

namespace Navarch.ApiServer.Authentication;

/// <summary>
/// Knows the holders of certificates that the cluster's authority signed for clients: the common name is the user, the
/// organizations are the groups.
/// </summary>
internal sealed class ClientCertificateAuthenticator(Func<X509Certificate2Collection> authorities, AuthorityUses uses, TimeProvider time) : IAuthenticator
{
    // A connection has one object for its certificate as long as it lives. Its own items are no place to remember: its requests come
    // at the same time, and those are not made for that.
    private readonly ConditionalWeakTable<X509Certificate2, Holder> holders = [];

    public ValueTask<Authenticated> AuthenticateAsync(HttpContext http, CancellationToken ct)
    {
        if (http.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is not { } certificate)
        {
            return new(Authenticated.Nobody);
        }

        // A chain is built once per connection; what may change while it lives is the time, and sometimes who is trusted.
        var trusted = authorities();
        if (!holders.TryGetValue(certificate, out var holder) || !ReferenceEquals(holder.Trusted, trusted))
        {
            holder = Verify(certificate, trusted);
            holders.AddOrUpdate(certificate, holder);
        }

        return new(At(holder));
    }

    private Authenticated At(Holder holder)
    {
        var outcome = holder.At(time.GetUtcNow());
        if (holder.FormerAuthority is { } authority && outcome.User is { } user)
        {
            uses.Note(authority, user.Name);
        }

        return outcome;
    }

    private Holder Verify(X509Certificate2 certificate, X509Certificate2Collection trusted)
    {
        if (!CertificateChain.IsFrom(trusted, certificate, CertificateChain.ClientAuthentication, time.GetUtcNow()))
        {
            return Holder.Nobody(trusted);
        }

        CertificateSubject subject;
        try
        {
            subject = CertificateSubject.Of(certificate.SubjectName);
        }
        catch (CryptographicException)
        {
            return Holder.Nobody(trusted);
        }

        if (subject.CommonName.Length == 0)
        {
            return Holder.Nobody(trusted);
        }

        // The one that signs is the first.
        return new Holder(
            trusted,
            trusted.Count > 1 && certificate.Issuer is var issuer && issuer != trusted[0].Subject ? issuer : null,
            new UserInfo(subject.CommonName, [.. subject.Organizations, "system:authenticated"])
            {
                Extra = Map<IReadOnlyList<string>>.Empty.With(UserInfo.CredentialId, [$"X509SHA256={certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant()}"]),
            },
            new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
            new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
    }

    private sealed record Holder(X509Certificate2Collection Trusted, string? FormerAuthority, UserInfo? User, DateTimeOffset From, DateTimeOffset Until)
    {
        public static Holder Nobody(X509Certificate2Collection trusted) => new(trusted, null, null, default, default);

        public Authenticated At(DateTimeOffset now) => User is { } user && now >= From && now <= Until ? Authenticated.As(user) : Authenticated.Refused;
    }
}
