using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Navarch.Api.Certificates.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Tests.Server;
using Navarch.Client;

namespace Navarch.Controllers.Tests.Certificates;

/// <summary>Requests for certificates on the real API server, with the controllers in its process as they run in a cluster.</summary>
public sealed class RealSignersTests : OnRealServer
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        RunControllers(new ControllerConfig { SigningAuthority = () => Server.Authority.Certificate, SigningDuration = TimeSpan.FromHours(1) });
    }

    [Fact]
    public async Task Kubectl_approves_a_certificate_that_lets_its_owner_in()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = new CertificateRequest("O=dev,CN=ann", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        await Admin.CreateAsync(Request("ann", Csr.ApiClient, pem, ["client auth"]), default);
        var kubectl = new Kubectl(Server, "1.33");
        Assert.Equal("certificatesigningrequest.certificates.k8s.io/ann approved\n", await kubectl.OkAsync("certificate", "approve", "ann"));

        var issued = await UntilAsync("ann", static request => request.Status.Certificate.Length > 0);

        Assert.Equal(("KubectlApprove", "admin"), (issued.Status.Conditions[0].Reason, issued.Spec.Username));
        using var certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(issued.Status.Certificate.Span)).CopyWithPrivateKey(key);
        using var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        var whoAmI = await Server.ClientOf(usable).PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""");
        Assert.Equal(("ann", "dev"), ((string)whoAmI.Json["status"]!["userInfo"]!["username"]!, (string)whoAmI.Json["status"]!["userInfo"]!["groups"]![0]!));
        Assert.Contains("Approved,Issued", await kubectl.OkAsync("get", "csr", "ann"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubectl_denies_what_then_gets_no_certificate()
    {
        await Admin.CreateAsync(Request("eve", Csr.ApiClient, Csr.Pem("CN=eve"), ["client auth"]), default);
        var kubectl = new Kubectl(Server, "1.33");
        Assert.Equal("certificatesigningrequest.certificates.k8s.io/eve denied\n", await kubectl.OkAsync("certificate", "deny", "eve"));
        Assert.Contains("Denied", await kubectl.OkAsync("get", "csr", "eve"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_approved_request_against_the_signers_rules_fails_visibly()
    {
        await Admin.CreateAsync(Request("bad", Csr.KubeletClient, Csr.Pem("O=system:masters,CN=system:node:n1"), Csr.ClientUsages), default);
        var kubectl = new Kubectl(Server, "1.33");
        await kubectl.OkAsync("certificate", "approve", "bad");
        var failed = await UntilAsync("bad", static request => request.Status.Conditions.Any(static condition => condition.Type == "Failed"));
        Assert.Equal(("SignerValidationFailure", "subject organization is not system:nodes"), (failed.Status.Conditions.Single(static c => c.Type == "Failed").Reason, failed.Status.Conditions.Single(static c => c.Type == "Failed").Message));
        Assert.Contains("Approved,Failed", await kubectl.OkAsync("get", "csr", "bad"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_gets_its_own_certificates_and_no_others()
    {
        var node = Server.ClientOf(Server.Authority.Client("system:node:n1", "system:nodes"));
        await Admin.CreateAsync(new Node { Metadata = new ObjectMeta { Name = "n1" } }, default);
        await Admin.PatchAsync<Node>(new("", "n1"), Patch.Merge("""{"status":{"addresses":[{"type":"InternalIP","address":"10.0.0.1"}]}}"""), "status", default);
        await PostAsync(node, "foreign-serving", Csr.KubeletServing, Csr.Pem("O=system:nodes,CN=system:node:n1", static names => names.AddDnsName("kubernetes.default.svc")), Csr.ServerUsages);
        await PostAsync(node, "foreign", Csr.KubeletClient, Csr.Pem("O=system:nodes,CN=system:node:n2"), Csr.ClientUsages);
        await PostAsync(node, "own", Csr.KubeletClient, Csr.Pem("O=system:nodes,CN=system:node:n1"), Csr.ClientUsages);
        await PostAsync(node, "own-serving", Csr.KubeletServing, Csr.Pem("O=system:nodes,CN=system:node:n1", Csr.ServingNames), Csr.ServerUsages);

        var own = await UntilAsync("own", static request => request.Status.Certificate.Length > 0);
        var serving = await UntilAsync("own-serving", static request => request.Status.Certificate.Length > 0);

        Assert.Equal(("AutoApproved", "Auto approving self kubelet client certificate after SubjectAccessReview."), (own.Status.Conditions[0].Reason, own.Status.Conditions[0].Message));
        Assert.Equal("AutoApproved", serving.Status.Conditions[0].Reason);
        await UntilEventAsync("the DNS name \"kubernetes.default.svc\" is not the node's");
        Assert.Empty((await Admin.GetAsync<CertificateSigningRequest>(new("", "foreign"), default)).Status.Conditions);
        Assert.Empty((await Admin.GetAsync<CertificateSigningRequest>(new("", "foreign-serving"), default)).Status.Conditions);
    }

    [Fact]
    public async Task A_bootstrap_token_turns_into_a_nodes_certificate()
    {
        await Admin.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Name = "bootstrap-token-abcdef", Namespace = "kube-system" },
                Type = "bootstrap.kubernetes.io/token",
                Data = [Entry("token-id", "abcdef"), Entry("token-secret", "0123456789abcdef"), Entry("usage-bootstrap-authentication", "true")],
            },
            default);
        var stranger = Server.ClientOf(null);
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", "abcdef.0123456789abcdef");
        await PostAsync(stranger, "join", Csr.KubeletClient, Csr.Pem("O=system:nodes,CN=system:node:n9"), Csr.ClientUsages);

        var issued = await UntilAsync("join", static request => request.Status.Certificate.Length > 0);

        Assert.Equal("Auto approving kubelet client certificate after SubjectAccessReview.", issued.Status.Conditions[0].Message);
        Assert.Equal("system:bootstrap:abcdef", issued.Spec.Username);

        static KeyValuePair<string, ReadOnlyMemory<byte>> Entry(string name, string value) => new(name, Encoding.ASCII.GetBytes(value));
    }

    private static CertificateSigningRequest Request(string name, string signer, string pem, string[] usages) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new CertificateSigningRequestSpec { Request = Encoding.ASCII.GetBytes(pem), SignerName = signer, Usages = usages },
    };

    private static async Task PostAsync(HttpClient client, string name, string signer, string pem, string[] usages)
    {
        var answer = await client.PostAsync(
            "/apis/certificates.k8s.io/v1/certificatesigningrequests", Encoding.UTF8.GetString(Navarch.Api.Json.ApiJson.ToUtf8(Request(name, signer, pem, usages))));
        Assert.True(answer.Code == 201, answer.Text);
    }

    private async Task<CertificateSigningRequest> UntilAsync(string name, Func<CertificateSigningRequest, bool> condition)
    {
        CertificateSigningRequest found = null!;
        await UntilAsync(async token => condition(found = await Admin.GetAsync<CertificateSigningRequest>(new("", name), token)));
        return found;
    }

    private Task UntilEventAsync(string message) =>
        UntilAsync(async token => (await Admin.ListAsync<Event>(ListQuery.In("default"), token)).Items.Any(found => found.Message == message));
}
