using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Navarch.Api;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Certificates;

namespace Navarch.ApiServer.Authentication;

/// <summary>Believes a proxy, known by its certificate, who its clients are. From anybody else the same headers say nothing.</summary>
internal sealed class FrontProxyAuthenticator(FrontProxyConfig config, TimeProvider time) : IAuthenticator
{
    // By the object that a connection has for its certificate, as for clients.
    private readonly ConditionalWeakTable<X509Certificate2, object> verified = [];

    public ValueTask<Authenticated> AuthenticateAsync(HttpContext http, CancellationToken ct)
    {
        if (http.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is not { } certificate)
        {
            return new(Authenticated.Nobody);
        }

        var headers = http.Request.Headers;
        var name = config.UserHeaders.Select(header => headers[header].ToString()).FirstOrDefault(static value => value.Length > 0);
        if (name is null || !IsProxy(certificate))
        {
            return new(Authenticated.Nobody);
        }

        var groups = config.GroupHeaders.SelectMany(header => headers[header]).OfType<string>().Where(static group => group.Length > 0).ToList();
        if (!groups.Contains("system:authenticated"))
        {
            groups.Add("system:authenticated");
        }

        return new(Authenticated.As(new UserInfo(name, groups)
        {
            Uid = config.UidHeaders.Select(header => headers[header].ToString()).FirstOrDefault(static value => value.Length > 0) ?? "",
            Extra = ExtraHeaders.Read(headers, config.ExtraHeaderPrefixes),
        }));
    }

    // A chain is built once per connection; what may change while it lives is the time.
    private bool IsProxy(X509Certificate2 certificate)
    {
        var now = time.GetUtcNow();
        if (!verified.TryGetValue(certificate, out var isProxy))
        {
            isProxy = (config.AllowedNames.Count == 0 || config.AllowedNames.Contains(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)))
                && CertificateChain.IsFrom(config.Authorities, certificate, CertificateChain.ClientAuthentication, now);
            verified.AddOrUpdate(certificate, isProxy);
        }

        return (bool)isProxy && now >= certificate.NotBefore.ToUniversalTime() && now <= certificate.NotAfter.ToUniversalTime();
    }
}

/// <summary>Whatever else headers say of a user: the end of a header's name is the key, its values are the values.</summary>
internal static class ExtraHeaders
{
    public static Map<IReadOnlyList<string>> Read(IHeaderDictionary headers, IReadOnlyList<string> prefixes)
    {
        Map<IReadOnlyList<string>> extra = [];
        foreach (var (name, values) in headers)
        {
            foreach (var prefix in prefixes)
            {
                if (name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                {
                    // A header's name cannot hold every letter: others come encoded.
                    var key = Uri.UnescapeDataString(name[prefix.Length..].ToLowerInvariant());
                    extra = extra.With(key, [.. extra.Find(key) ?? [], .. values.OfType<string>()]);
                }
            }
        }

        return extra;
    }
}
