using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authentication;

/// <summary>
/// Knows the holders of certificates that the cluster's authority signed for clients: the common name is the user, the
/// organizations are the groups.
/// </summary>
internal sealed class ClientCertificateAuthenticator(X509Certificate2Collection authorities, TimeProvider time) : IAuthenticator
{
    private static readonly object Known = new();

    public ValueTask<Authenticated> AuthenticateAsync(HttpContext http, CancellationToken ct)
    {
        // A chain is built once per connection; what may change while it lives is the time.
        var items = http.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(Known, out var found))
        {
            return new(((Holder)found!).At(time.GetUtcNow()));
        }

        var certificate = http.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        if (certificate is null)
        {
            return new(Authenticated.Nobody);
        }

        var holder = Verify(certificate);
        items?[Known] = holder;
        return new(holder.At(time.GetUtcNow()));
    }

    private Holder Verify(X509Certificate2 certificate)
    {
        if (!CertificateChain.IsFrom(authorities, certificate, time.GetUtcNow()))
        {
            return Holder.Nobody;
        }

        var name = "";
        var groups = new List<string>();
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements)
            {
                ReadSet(part.RawData, ref name, groups);
                continue;
            }

            Take(part.GetSingleElementType().Value, part.GetSingleElementValue(), ref name, groups);
        }

        return name.Length == 0 ? Holder.Nobody : new Holder(
            new UserInfo(name, [.. groups, "system:authenticated"]),
            new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
            new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
    }

    // Go writes several organizations as one set of values.
    private static void ReadSet(ReadOnlyMemory<byte> raw, ref string name, List<string> groups)
    {
        var set = new AsnReader(raw, AsnEncodingRules.DER).ReadSetOf();
        while (set.HasData)
        {
            var pair = set.ReadSequence();
            var type = pair.ReadObjectIdentifier();
            var tag = pair.PeekTag();
            var value = pair.ReadCharacterString((UniversalTagNumber)tag.TagValue);
            Take(type, value, ref name, groups);
        }
    }

    private static void Take(string? type, string? value, ref string name, List<string> groups)
    {
        if (type == "2.5.4.3" && value is not null)
        {
            name = value;
        }
        else if (type == "2.5.4.10" && value is not null)
        {
            groups.Add(value);
        }
    }

    private sealed record Holder(UserInfo? User, DateTimeOffset From, DateTimeOffset Until)
    {
        public static readonly Holder Nobody = new(null, default, default);

        public Authenticated At(DateTimeOffset now) => User is { } user && now >= From && now <= Until ? Authenticated.As(user) : Authenticated.Refused;
    }
}
