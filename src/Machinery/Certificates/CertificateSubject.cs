using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Navarch.Machinery.Certificates;

/// <summary>
/// Whom a certificate speaks of: the common name is the user, the organizations are the groups. Everybody who asks that question
/// asks it here: where one reader sees a group that another one overlooks, somebody gets what nobody has granted.
/// </summary>
public sealed record CertificateSubject(string CommonName, IReadOnlyList<string> Organizations)
{
    private const string CommonNameType = "2.5.4.3";
    private const string OrganizationType = "2.5.4.10";

    /// <summary>Reads the parts in their order, also of sets of several values, which is how Go writes several organizations. Of several common names the last counts.</summary>
    /// <exception cref="CryptographicException">The name is malformed, or has one of these parts in an encoding that is no text.</exception>
    public static CertificateSubject Of(X500DistinguishedName name)
    {
        var (common, organizations) = ("", new List<string>());
        try
        {
            var parts = new AsnReader(name.RawData, AsnEncodingRules.DER).ReadSequence();
            while (parts.HasData)
            {
                // Sets are not always sorted as DER asks for, and are read by others all the same.
                var set = parts.ReadSetOf(skipSortOrderValidation: true);
                while (set.HasData)
                {
                    var pair = set.ReadSequence();
                    switch (pair.ReadObjectIdentifier())
                    {
                        case CommonNameType:
                            common = Text(pair);
                            break;
                        case OrganizationType:
                            organizations.Add(Text(pair));
                            break;
                        default:
                            break;
                    }
                }
            }
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            throw new CryptographicException("the subject is malformed", e);
        }

        return new CertificateSubject(common, organizations);
    }

    private static string Text(AsnReader pair) => pair.ReadCharacterString((UniversalTagNumber)pair.PeekTag().TagValue);
}
