using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Navarch.Api.Authentication.V1;
using Navarch.Api.Certificates.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Tests.Server;
using Navarch.Client;

namespace Navarch.Controllers.Tests.Certificates;

/// <summary>What a kubelet does for its certificates, against the real API server and the real controllers, with certificates of seconds.</summary>
public sealed class RenewalTests : IAsyncLifetime
{
    private readonly CancellationTokenSource stop = new();
    private readonly LogLines logs = new();
    private readonly List<Task> running = [];
    private TestServer server = null!;
    private RestClient admin = null!;

    private string ClientFile => Path.Combine(server.Directory, "pki", "kubelet-client-current.pem");

    private string ServerFile => Path.Combine(server.Directory, "pki", "kubelet-server-current.pem");

    public async ValueTask InitializeAsync()
    {
        server = await TestServer.StartAsync();
        admin = new RestClient(Kubeconfig.Load(server.Kubeconfig()).Resolve(), TimeProvider.System);
        var config = new ControllerConfig { SigningAuthority = () => server.Authority.Certificate, SigningDuration = TimeSpan.FromSeconds(10) };
        running.Add(ControllerManager.RunAsync(config, server.Host.InProcessClient("system:kube-controller-manager"), logs, TimeProvider.System, new Random(1), stop.Token));
        await admin.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Name = "bootstrap-token-abcdef", Namespace = "kube-system" },
                Type = "bootstrap.kubernetes.io/token",
                Data = [Entry("token-id", "abcdef"), Entry("token-secret", "0123456789abcdef"), Entry("usage-bootstrap-authentication", "true")],
            },
            default);

        static KeyValuePair<string, ReadOnlyMemory<byte>> Entry(string name, string value) => new(name, Encoding.ASCII.GetBytes(value));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var task in running)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        }

        admin.Dispose();
        await server.DisposeAsync();
        stop.Dispose();
    }

    [Fact]
    public async Task A_token_becomes_a_node_whose_certificates_are_renewed_while_it_works()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
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
        running.Add(Renewal(CertificateWish.KubeletClient("n1"), ClientFile, () => source.Current.Certificate, node).RunAsync(stop.Token));
        running.Add(Renewal(CertificateWish.KubeletServing("n1", IPAddress.Parse("10.0.0.1")), ServerFile, () => serving.Current as X509Certificate2, node).RunAsync(stop.Token));

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

        var requests = (await admin.ListAsync<CertificateSigningRequest>(ListQuery.All, ct)).Items;
        Assert.Single(requests, static request => request.Spec.Username == "system:bootstrap:abcdef");
        Assert.All(requests.Where(static request => request.Spec.SignerName == Csr.KubeletServing), static request => Assert.Equal("system:node:n1", request.Spec.Username));
        Assert.DoesNotContain("PRIVATE KEY", logs.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", logs.ToString(), StringComparison.Ordinal);
    }

    private ClientConfig Bootstrap() => new(server.Host.Address) { Authorities = [server.Authority.Certificate], Token = "abcdef.0123456789abcdef" };

    // Without luck all come as early as they may: after 7 of 10 seconds.
    private CertificateRenewal Renewal(CertificateWish wish, string file, Func<X509Certificate2?> current, IClient client) =>
        new(wish, file, current, client, TimeProvider.System, new Luckless(), logs.CreateLogger<CertificateRenewal>());

    private sealed class Luckless : Random
    {
        public override double NextDouble() => 0;
    }
}
