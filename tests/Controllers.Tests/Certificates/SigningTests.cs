using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Navarch.Api.Certificates.V1;
using Navarch.Controllers.Certificates;
using Navarch.Testing;

namespace Navarch.Controllers.Tests.Certificates;

public sealed class SigningTests : IDisposable
{
    private readonly FakeTime time = new();
    private readonly X509Certificate2 authority;
    private readonly SigningAuthority signing;

    public SigningTests()
    {
        authority = Csr.Authority(time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddDays(100));
        signing = new SigningAuthority(() => authority, TimeSpan.FromDays(30), time);
    }

    public void Dispose() => authority.Dispose();

    [Fact]
    public void An_approved_request_gets_what_it_asks_for_and_nothing_else()
    {
        var pem = Csr.Pem("O=dev, CN=ann", static names => names.AddEmailAddress("ann@example.com"));
        var signed = Plan(Csr.Of(Csr.ApiClient, pem, ["client auth", "digital signature", "key encipherment"], conditions: "Approved"));

        using var certificate = Certificate(signed!);
        Assert.Equal(("O=dev, CN=ann", "CN=test-ca"), (certificate.Subject, certificate.Issuer));
        Assert.False(Assert.Single(certificate.Extensions.OfType<X509BasicConstraintsExtension>()).CertificateAuthority);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, Assert.Single(certificate.Extensions.OfType<X509KeyUsageExtension>()).KeyUsages);
        Assert.Equal("1.3.6.1.5.5.7.3.2", Assert.Single(Assert.Single(certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()).EnhancedKeyUsages.Cast<Oid>()).Value);
        Assert.Equal("ann@example.com", certificate.GetNameInfo(X509NameType.EmailName, forIssuer: false));
        Assert.Equal(time.GetUtcNow().AddMinutes(-5).UtcDateTime, certificate.NotBefore.ToUniversalTime());
        Assert.Equal(time.GetUtcNow().AddDays(30).AddMinutes(-5).UtcDateTime, certificate.NotAfter.ToUniversalTime());
    }

    [Fact]
    public void A_key_of_another_kind_than_the_authoritys_gets_a_certificate_too()
    {
        const string Pem = """
            -----BEGIN CERTIFICATE REQUEST-----
            MIHIMHwCAQAwHDEMMAoGA1UECgwDZGV2MQwwCgYDVQQDDANhbm4wKjAFBgMrZXAD
            IQCkjvR9f2vuwh6s4fLVQyWlSzYXoFEeEU8vmLGr/oFc06AtMCsGCSqGSIb3DQEJ
            DjEeMBwwGgYDVR0RBBMwEYEPYW5uQGV4YW1wbGUuY29tMAUGAytlcANBACdFhyTK
            Gapraj2yIfz5ZR7gSrRegqqG158j93uoFGQZ/7YP/y2zapVw376agGJYGoyeWKEZ
            ZmlrI7mLhUtJ2Q8=
            -----END CERTIFICATE REQUEST-----
            """;

        using var certificate = Certificate(Plan(Csr.Of(Csr.ApiClient, Pem, ["client auth", "digital signature"], conditions: "Approved"))!);

        Assert.Equal(("1.3.101.112", "CN=ann, O=dev"), (certificate.PublicKey.Oid.Value, certificate.Subject));
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, VerificationTime = time.GetUtcNow().UtcDateTime } };
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        Assert.True(chain.Build(certificate));
    }

    [Theory]
    [InlineData(null, 30 * 24 * 60)]
    [InlineData(600, 10)]
    [InlineData(1, 10)]
    [InlineData(3600, 60)]
    [InlineData(int.MaxValue, 30 * 24 * 60)]
    public void Certificates_live_as_long_as_asked_for_within_bounds(int? seconds, int minutes) =>
        Assert.Equal(TimeSpan.FromMinutes(minutes), signing.Duration(seconds));

    [Fact]
    public void No_certificate_outlives_its_authority()
    {
        time.Advance(TimeSpan.FromDays(90));
        using var certificate = Certificate(Plan(Csr.Of(Csr.ApiClient, Csr.Pem("CN=ann"), Csr.ClientUsages, conditions: "Approved"))!);
        Assert.Equal(authority.NotAfter, certificate.NotAfter);

        time.Advance(TimeSpan.FromDays(11));
        var error = Assert.Throws<CryptographicException>(() => Plan(Csr.Of(Csr.ApiClient, Csr.Pem("CN=ann"), Csr.ClientUsages, conditions: "Approved")));
        Assert.StartsWith("the signer has expired: NotAfter=", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_authority_with_an_RSA_key_signs_for_keys_of_curves()
    {
        using var other = Csr.Authority(time.GetUtcNow(), time.GetUtcNow().AddDays(1), isRsa: true);
        var signed = CertificateSigningController.Plan(
            Csr.Of(Csr.ApiClient, Csr.Pem("CN=ann"), Csr.ClientUsages, conditions: "Approved"), new SigningAuthority(() => other, TimeSpan.FromHours(1), time), time.GetUtcNow());
        using var certificate = Certificate(signed!);
        Assert.Equal("CN=ann", certificate.Subject);
    }

    [Theory]
    [InlineData("Approved", "example.com/s")]
    [InlineData("Denied", Csr.ApiClient)]
    [InlineData("Approved,Failed", Csr.ApiClient)]
    [InlineData("", Csr.ApiClient)]
    public void What_is_not_approved_or_not_ours_is_left_alone(string conditions, string signer) =>
        Assert.Null(Plan(Csr.Of(signer, Csr.Pem("CN=ann"), Csr.ClientUsages, conditions: conditions.Split(',', StringSplitOptions.RemoveEmptyEntries))));

    public static TheoryData<string, string, string, string, string[]> Refused => new()
    {
        { Csr.ApiClient, "CN=a", "", "invalid usage for client certificate: server auth", ["client auth", "server auth"] },
        { Csr.ApiClient, "CN=a", "", "invalid usage for client certificate: cert sign", ["client auth", "cert sign"] },
        { Csr.ApiClient, "CN=a", "", "missing required usage for client certificate: client auth", ["digital signature"] },
        { Csr.KubeletClient, "O=system:masters, CN=system:node:n1", "", "subject organization is not system:nodes", Csr.ClientUsages },
        { Csr.KubeletClient, "O=system:masters, O=system:nodes, CN=system:node:n1", "", "subject organization is not system:nodes", Csr.ClientUsages },
        { Csr.KubeletClient, "O=system:nodes, CN=n1", "", "subject common name does not begin with system:node:", Csr.ClientUsages },
        { Csr.KubeletClient, "O=system:nodes, CN=system:node:n1", "dns", "DNS subjectAltNames are not allowed", Csr.ClientUsages },
        { Csr.KubeletClient, "O=system:nodes, CN=system:node:n1", "email", "Email subjectAltNames are not allowed", Csr.ClientUsages },
        { Csr.KubeletClient, "O=system:nodes, CN=system:node:n1", "ip", "IP subjectAltNames are not allowed", Csr.ClientUsages },
        { Csr.KubeletClient, "O=system:nodes, CN=system:node:n1", "uri", "URI subjectAltNames are not allowed", Csr.ClientUsages },
        { Csr.KubeletClient, "O=system:nodes, CN=system:node:n1", "", "usages did not match [client auth digital signature key encipherment]", ["client auth", "digital signature", "server auth"] },
        { Csr.KubeletServing, "O=system:masters, CN=system:node:n1", "dns", "subject organization is not system:nodes", Csr.ServerUsages },
        { Csr.KubeletServing, "O=system:nodes, CN=system:node:n1", "", "DNS or IP subjectAltName is required", Csr.ServerUsages },
        { Csr.KubeletServing, "O=system:nodes, CN=system:node:n1", "dns,email", "Email subjectAltNames are not allowed", Csr.ServerUsages },
        { Csr.KubeletServing, "O=system:nodes, CN=system:node:n1", "ip,uri", "URI subjectAltNames are not allowed", Csr.ServerUsages },
        { Csr.KubeletServing, "O=system:nodes, CN=system:node:n1", "dns", "usages did not match [digital signature key encipherment server auth]", ["digital signature", "server auth", "client auth"] },
        { Csr.KubeletServing, "O=system:nodes, CN=kubernetes", "dns", "subject common name does not begin with system:node:", Csr.ServerUsages },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_request_that_its_signer_does_not_take_fails_and_says_why(string signer, string subject, string names, string why, string[] usages)
    {
        var pem = Csr.Pem(subject, names.Length == 0 ? null : builder => Add(builder, names));

        var failed = Plan(Csr.Of(signer, pem, usages, conditions: "Approved"));

        Assert.Equal(0, failed!.Status.Certificate.Length);
        var condition = failed.Status.Conditions[^1];
        Assert.Equal(("Failed", "True", "SignerValidationFailure", why), (condition.Type, condition.Status, condition.Reason, condition.Message));
    }

    [Fact]
    public void Ten_thousand_names_are_read_once_and_refused()
    {
        var pem = Csr.Pem("O=system:nodes, CN=system:node:n1", static names =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                names.AddDnsName($"n{i}.example.com");
            }
        });
        Assert.Equal("DNS subjectAltNames are not allowed", Plan(Csr.Of(Csr.KubeletClient, pem, Csr.ClientUsages, conditions: "Approved"))!.Status.Conditions[^1].Message);
        Assert.Equal("the DNS name \"n0.example.com\" is not the node's", KubeletServingApprover.FindProblem(Csr.Of(Csr.KubeletServing, pem, Csr.ServerUsages), [], []));
    }

    private static void Add(SubjectAlternativeNameBuilder builder, string names)
    {
        foreach (var name in names.Split(','))
        {
            switch (name)
            {
                case "dns":
                    builder.AddDnsName("n1");
                    break;
                case "email":
                    builder.AddEmailAddress("a@example.com");
                    break;
                case "ip":
                    builder.AddIpAddress(IPAddress.Parse("10.0.0.1"));
                    break;
                default:
                    builder.AddUri(new Uri("https://example.com/"));
                    break;
            }
        }
    }

    private CertificateSigningRequest? Plan(CertificateSigningRequest request) => CertificateSigningController.Plan(request, signing, time.GetUtcNow());

    private static X509Certificate2 Certificate(CertificateSigningRequest request) => X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(request.Status.Certificate.Span));
}
