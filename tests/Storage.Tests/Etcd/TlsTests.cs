using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Storage.Etcd;

namespace Navarch.Storage.Tests.Etcd;

public sealed class TlsTests : EtcdTest
{
    private readonly TemporaryDirectory directory = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        directory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Members_and_client_know_each_other_by_certificates()
    {
        using var authority = new Authority("one", directory);
        using var stranger = new Authority("other", directory);
        authority.Issue("member");
        authority.Issue("client");
        stranger.Issue("stranger");
        await StartAsync(
            options: ["--cert-file", File("member.pem"), "--key-file", File("member.key"), "--client-cert-auth", "--trusted-ca-file", File("one.pem")],
            scheme: "https");

        var store = await OpenAsync(config => config with { Tls = new EtcdTls(File("one.pem"), File("client.pem"), File("client.key")) });
        await using var watch = Watch(store, "/registry/", store.CurrentRevision);
        await Parallel.ForAsync(0, 50, async (i, ct) => await store.CommitAsync(StoreWrite.Create($"/registry/{i}", new byte[10_000]), ct));
        await watch.UntilAsync(51);

        Assert.Equal(50, watch.Seen.Count);
        await RefusedAsync(new EtcdTls(File("one.pem"), null, null));
        await RefusedAsync(new EtcdTls(File("one.pem"), File("stranger.pem"), File("stranger.key")));
        await RefusedAsync(new EtcdTls(File("other.pem"), File("client.pem"), File("client.key")));
        await RefusedAsync(new EtcdTls(File("none.pem"), File("client.pem"), File("client.key")));
    }

    private async Task RefusedAsync(EtcdTls tls) => await Assert.ThrowsAsync<StoreUnavailableException>(() =>
        OpenAsync(config => config with { Tls = tls, CallTimeout = TimeSpan.FromMilliseconds(500) }));

    private string File(string name) => directory.Path(name);

    private sealed class Authority : IDisposable
    {
        private readonly TemporaryDirectory directory;
        private readonly X509Certificate2 certificate;

        public Authority(string name, TemporaryDirectory directory)
        {
            this.directory = directory;
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
            System.IO.File.WriteAllText(directory.Path($"{name}.pem"), certificate.ExportCertificatePem());
        }

        public void Issue(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            using var issued = request.Create(certificate, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1), RandomNumberGenerator.GetBytes(8));
            System.IO.File.WriteAllText(directory.Path($"{name}.pem"), issued.ExportCertificatePem());
            System.IO.File.WriteAllText(directory.Path($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        }

        public void Dispose() => certificate.Dispose();
    }
}
