using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Navarch.Api.Authentication.V1;
using Navarch.Api.Certificates.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Controllers.Tests.Certificates;

/// <summary>What a kubelet does for its certificates, against the real API server and the real controllers, with certificates of seconds.</summary>
public sealed class RenewalTests : OnRealServer
{
    private string ClientFile => Path.Combine(Server.Directory, "pki", "kubelet-client-current.pem");

    private string ServerFile => Path.Combine(Server.Directory, "pki", "kubelet-server-current.pem");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        RunControllers(new ControllerConfig { SigningAuthority = () => Server.Authority.Certificate, SigningDuration = TimeSpan.FromSeconds(40) });
        await Admin.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Name = "bootstrap-token-abcdef", Namespace = "kube-system" },
                Type = "bootstrap.kubernetes.io/token",
                Data = [Entry("token-id", "abcdef"), Entry("token-secret", "0123456789abcdef"), Entry("usage-bootstrap-authentication", "true")],
            },
            default);

        static KeyValuePair<string, ReadOnlyMemory<byte>> Entry(string name, string value) => new(name, Encoding.ASCII.GetBytes(value));
    }

    [Fact]
    public async Task A_token_becomes_a_node_whose_certificates_are_renewed_while_it_works()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var ct = patience.Token;
        using (var stranger = new RestClient(Bootstrap(), TimeProvider.System))
        {
            await Renewal(CertificateWish.KubeletClient("n1"), ClientFile, static () => null, stranger).EnsureAsync(ct);
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ClientFile));
        var source = new FileValue<ClientConfig>([ClientFile], () => Bootstrap() with { Token = "", Certificate = StoredCertificate.Newest(ClientFile, null, TimeProvider.System.GetUtcNow()) }, TimeProvider.System);
        using var node = new RestClient(source, TimeProvider.System);
        await node.CreateAsync(new Node { Metadata = new ObjectMeta { Name = "n1" } }, ct);
        await node.PatchAsync<Node>(new("", "n1"), Patch.Merge("""{"status":{"addresses":[{"type":"InternalIP","address":"10.0.0.1"}]}}"""), "status", ct);
        var serving = new FileValue<object>([ServerFile], () => StoredCertificate.Find(ServerFile, TimeProvider.System.GetUtcNow()) ?? new object(), TimeProvider.System);
        Run(Renewal(CertificateWish.KubeletClient("n1"), ClientFile, () => source.Current.Certificate, node).RunAsync);
        Run(Renewal(CertificateWish.KubeletServing("n1", IPAddress.Parse("10.0.0.1")), ServerFile, () => serving.Current as X509Certificate2, node).RunAsync);

        HashSet<string> clients = [], servers = [];
        while (clients.Count < 2 || servers.Count < 2)
        {
            // The node works on, whatever its certificate is by now.
            Assert.Equal("system:node:n1", (await node.CreateAsync(new SelfSubjectReview(), ct)).Status.UserInfo.Username);
            clients.Add(source.Current.Certificate!.SerialNumber);
            if (serving.Current is X509Certificate2 shown)
            {
                servers.Add(shown.SerialNumber);
                Assert.True(shown.MatchesHostname("n1") && shown.MatchesHostname("10.0.0.1"));
            }

            await Task.Delay(200, ct);
        }

        var requests = (await Admin.ListAsync<CertificateSigningRequest>(ListQuery.All, ct)).Items;
        Assert.Single(requests, static request => request.Spec.Username == "system:bootstrap:abcdef");
        Assert.All(requests.Where(static request => request.Spec.SignerName == Csr.KubeletServing), static request => Assert.Equal("system:node:n1", request.Spec.Username));
        Assert.DoesNotContain("PRIVATE KEY", Logs.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", Logs.ToString(), StringComparison.Ordinal);
    }

    private ClientConfig Bootstrap() => new(Server.Host.Address) { Authorities = [Server.Authority.Certificate], Token = "abcdef.0123456789abcdef" };

    // Without luck all come as early as they may: after 28 of 40 seconds. The others are for a machine that is slow.
    private CertificateRenewal Renewal(CertificateWish wish, string file, Func<X509Certificate2?> current, IClient client) =>
        new(wish, file, current, client, TimeProvider.System, new Luckless(), Logs.CreateLogger<CertificateRenewal>());

    private sealed class Luckless : Random
    {
        public override double NextDouble() => 0;
    }
}
