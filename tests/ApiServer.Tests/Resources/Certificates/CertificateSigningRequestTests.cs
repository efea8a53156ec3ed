using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Navarch.ApiServer.Resources.Certificates;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Resources.Certificates;

public sealed class CertificateSigningRequestTests
{
    private const string Requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";

    private static readonly string Pem = Base64(Signed().CreateSigningRequestPem());

    [Theory]
    [InlineData("kubernetes.io/legacy-unknown", "spec.signerName: Invalid value: \"kubernetes.io/legacy-unknown\": the legacy signerName is not allowed via this API version")]
    [InlineData("nodomain", "spec.signerName: Invalid value: \"nodomain\": must be a fully qualified domain and path of the form 'example.com/signer-name'")]
    [InlineData("one/x", "spec.signerName: Invalid value: \"one\": should be a domain with at least two segments separated by dots")]
    public void A_signer_has_a_domain_and_a_path(string signer, string expected) =>
        Assert.Equal([expected], new CertificateSigningRequestResource().CreateErrors(Json("a").Replace("example.com/s", signer, StringComparison.Ordinal)));

    [Fact]
    public void A_request_is_signed_and_says_what_for()
    {
        var resource = new CertificateSigningRequestResource();
        Assert.Empty(resource.CreateErrors(Json("a")));
        Assert.Equal(
            ["spec.request: Invalid value: \"eA==\": PEM block type must be CERTIFICATE REQUEST", "spec.usages: Required value", "spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 600 seconds (10 minutes)"],
            resource.CreateErrors("""{"metadata":{"name":"a"},"spec":{"request":"eA==","signerName":"example.com/s","expirationSeconds":60}}"""));
    }

    [Fact]
    public async Task The_requestor_is_whoever_asks()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.Admin.PostAsync(Requests, Json("a").Replace("\"signerName\"", "\"username\":\"somebody\",\"groups\":[\"g\"],\"signerName\"", StringComparison.Ordinal));

        Assert.Equal(201, answer.Code);
        Assert.Equal("admin", (string)answer.Json["spec"]!["username"]!);
        Assert.Contains("system:masters", answer.Json["spec"]!["groups"]!.AsArray().Select(group => (string)group!));
        Assert.Equal(Item("a"), Item((string)(await server.Admin.AskAsync($"{Requests}?fieldSelector=spec.signerName=example.com/s")).Items.Single()!["metadata"]!["name"]!));

        static string Item(string name) => name;
    }

    [Fact]
    public async Task A_request_is_approved_in_its_own_place_and_signed_once()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Requests, Json("a"));
        const string Approved = """{"status":{"conditions":[{"type":"Approved","status":"True","reason":"r"}]}}""";

        await server.Admin.PatchAsync($"{Requests}/a", "merge-patch+json", Approved);
        var elsewhere = await server.Admin.PatchAsync($"{Requests}/a/status", "merge-patch+json", Approved);
        Assert.Null(elsewhere.Json["status"]!["conditions"]?.AsArray().FirstOrDefault());

        var approved = await server.Admin.PatchAsync($"{Requests}/a/approval", "merge-patch+json", Approved);
        Assert.Equal(200, approved.Code);
        Assert.NotNull((string?)approved.Json["status"]!["conditions"]![0]!["lastTransitionTime"]);
        var both = await server.Admin.PatchAsync($"{Requests}/a/approval", "merge-patch+json", """{"status":{"conditions":[{"type":"Approved","status":"True"},{"type":"Denied","status":"True"}]}}""");
        Assert.Contains("status.conditions[1].type: Invalid value: \"Denied\": Approved and Denied conditions are mutually exclusive", both.Message, StringComparison.Ordinal);
        var taken = await server.Admin.PatchAsync($"{Requests}/a/approval", "merge-patch+json", """{"status":{"conditions":[]}}""");
        Assert.EndsWith("status.conditions: Forbidden: updates may not remove a condition of type \"Approved\"", taken.Message, StringComparison.Ordinal);

        var signed = await server.Admin.PatchAsync($"{Requests}/a/status", "merge-patch+json", Certificate(1));
        Assert.Equal((200, "Approved"), (signed.Code, (string)signed.Json["status"]!["conditions"]![0]!["type"]!));
        var again = await server.Admin.PatchAsync($"{Requests}/a/status", "merge-patch+json", Certificate(2));
        Assert.EndsWith("status.certificate: Forbidden: updates may not modify existing certificate content", again.Message, StringComparison.Ordinal);
        var table = await server.Admin.GetAsync($"{Requests}/a", "application/json;as=Table;v=v1;g=meta.k8s.io");
        Assert.Equal("Approved,Issued", (string)table.Json["rows"]![0]!["cells"]![5]!);
    }

    [Theory]
    [InlineData("O=system:masters,CN=u")]
    [InlineData("O=dev,O=system:masters,CN=u")]
    [InlineData("dev+system:masters")]
    public async Task The_group_that_may_do_everything_is_not_to_be_had_by_asking(string subject)
    {
        await using var server = await TestServer.StartAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = Base64(new CertificateRequest(subject.StartsWith("O=", StringComparison.Ordinal) ? new(subject) : OneSet(subject.Split('+')), key, HashAlgorithmName.SHA256).CreateSigningRequestPem());

        var answer = await server.Admin.PostAsync(Requests, Json("a").Replace(Pem, pem, StringComparison.Ordinal).Replace("example.com/s", "kubernetes.io/kube-apiserver-client", StringComparison.Ordinal));

        Assert.Equal(
            (403, "certificatesigningrequests.certificates.k8s.io \"a\" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task The_requestors_id_and_extra_are_the_servers_word()
    {
        await using var server = await TestServer.StartAsync();
        server.Admin.DefaultRequestHeaders.Add("Impersonate-User", "ann");
        server.Admin.DefaultRequestHeaders.Add("Impersonate-Uid", "7");
        server.Admin.DefaultRequestHeaders.Add("Impersonate-Group", "system:masters");
        server.Admin.DefaultRequestHeaders.Add("Impersonate-Extra-Reason", "test");

        var spec = (await server.Admin.PostAsync(Requests, Json("a").Replace("\"signerName\"", "\"uid\":\"1\",\"extra\":{\"forged\":[\"yes\"]},\"signerName\"", StringComparison.Ordinal))).Json["spec"]!;

        Assert.Equal(("ann", "7", """{"reason":["test"]}"""), ((string)spec["username"]!, (string)spec["uid"]!, spec["extra"]!.ToJsonString()));
    }

    public static TheoryData<string, string> Broken => new()
    {
        { "not PEM", "PEM block type must be CERTIFICATE REQUEST" },
        { "another block first", "PEM block type must be CERTIFICATE REQUEST" },
        { "no DER", "x509: malformed certificate request" },
        { "cut", "x509: malformed certificate request" },
        { "signed with another key", "x509: malformed certificate request" },
        { "RSA of 512 bits", "x509: malformed certificate request" },
        { "names twice", "x509: malformed certificate request" },
        { "an address of 5 bytes", "x509: malformed certificate request" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_requests_are_refused(string how, string why)
    {
        var good = Signed().CreateSigningRequest();
        var text = how switch
        {
            "not PEM" => new string('A', 2_000_000),
            "another block first" => $"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{Signed().CreateSigningRequestPem()}",
            "no DER" => PemEncoding.WriteString("CERTIFICATE REQUEST", new byte[100_000]),
            "cut" => PemEncoding.WriteString("CERTIFICATE REQUEST", good.AsSpan(..^9)),
            "signed with another key" => PemEncoding.WriteString("CERTIFICATE REQUEST", [.. good[..^1], (byte)(good[^1] ^ 1)]),
            "RSA of 512 bits" => new CertificateRequest("CN=u", RSA.Create(512), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem(),
            "names twice" => With([0x30, 3, 0x82, 1, (byte)'a'], [0x30, 3, 0x82, 1, (byte)'b']),
            _ => With([0x30, 7, 0x87, 5, 1, 2, 3, 4, 5]),
        };

        var error = Assert.Single(new CertificateSigningRequestResource().CreateErrors(Json("a").Replace(Pem, Base64(text), StringComparison.Ordinal)));

        Assert.StartsWith("spec.request: Invalid value: ", error, StringComparison.Ordinal);
        Assert.EndsWith(why, error, StringComparison.Ordinal);

        static string With(params byte[][] names)
        {
            var request = Signed();
            foreach (var name in names)
            {
                request.CertificateExtensions.Add(new X509Extension("2.5.29.17", name, critical: false));
            }

            return request.CreateSigningRequestPem();
        }
    }

    // Several organizations as Go writes them: one set of values.
    private static X500DistinguishedName OneSet(IEnumerable<string> organizations)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        {
            foreach (var organization in organizations)
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("2.5.4.10");
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, organization);
                }
            }
        }

        return new X500DistinguishedName(writer.Encode());
    }

    private static string Certificate(byte serial)
    {
        var request = Signed();
        using var certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(ECDsa.Create(ECCurve.NamedCurves.nistP256)), ResourceHarness.Now, ResourceHarness.Now.AddDays(1), [serial]);
        return new JsonObject { ["status"] = new JsonObject { ["certificate"] = Base64(certificate.ExportCertificatePem()) } }.ToJsonString();
    }

    private static CertificateRequest Signed() => new("CN=u", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);

    private static string Json(string name) =>
        $$$$$$"""{"metadata":{"name":"{{{{{{name}}}}}}"},"spec":{"request":"{{{{{{Pem}}}}}}","signerName":"example.com/s","usages":["client auth"]}}""";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
