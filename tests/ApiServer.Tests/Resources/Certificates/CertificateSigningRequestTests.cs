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
