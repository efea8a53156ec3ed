using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Certificates.V1;
using Navarch.Testing;

namespace Navarch.Client.Tests.Certificates;

public sealed class CertificateRenewalTests : IDisposable
{
    private static readonly CertificateWish Wish = CertificateWish.KubeletServing("n1", IPAddress.Parse("10.0.0.1"));

    private readonly FakeTime time = new();
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("navarch-renewal-");
    private readonly FakeCluster cluster;

    public CertificateRenewalTests() => cluster = new FakeCluster(time);

    private string FilePath => Path.Combine(directory.FullName, "pki", "kubelet-server-current.pem");

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [InlineData(0.0, 70)]
    [InlineData(0.5, 80)]
    [InlineData(1.0, 90)]
    public void Renewal_is_due_when_most_of_the_time_is_over(double luck, int day)
    {
        using var certificate = Certificate(Wish.Request(ECDsa.Create(ECCurve.NamedCurves.nistP256)), time.GetUtcNow(), TimeSpan.FromDays(100));
        Assert.Equal(time.GetUtcNow().AddDays(day), Renewal(() => certificate, luck).Due());
    }

    [Fact]
    public void What_is_missing_or_says_something_else_is_due_now()
    {
        Assert.Equal(time.GetUtcNow(), Renewal(static () => null).Due());
        var moved = CertificateWish.KubeletServing("n1", IPAddress.Parse("10.0.0.2"));
        using var certificate = Certificate(moved.Request(ECDsa.Create(ECCurve.NamedCurves.nistP256)), time.GetUtcNow(), TimeSpan.FromDays(100));
        Assert.Equal(time.GetUtcNow(), Renewal(() => certificate).Due());
    }

    [Fact]
    public async Task What_is_denied_or_is_for_another_key_is_asked_for_again()
    {
        var ensured = Renewal(static () => null).EnsureAsync(default);
        await AnswerAsync(1, static request => request with { Status = request.Status with { Conditions = [new() { Type = "Denied", Status = "True", Message = "no" }] } });
        await AnswerAsync(2, request => Issued(request, Wish.Request(ECDsa.Create(ECCurve.NamedCurves.nistP256))));
        Assert.False(File.Exists(FilePath));
        await AnswerAsync(3, request => Issued(request, Encoding.ASCII.GetString(request.Spec.Request.Span)));
        await ensured;

        using var stored = StoredCertificate.Find(FilePath, time.GetUtcNow());
        Assert.True(stored!.HasPrivateKey && Wish.IsMetBy(stored));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        Assert.Equal([FilePath], Directory.GetFiles(Path.GetDirectoryName(FilePath)!));
    }

    [Fact]
    public void Of_two_certificates_the_newer_one_of_the_same_authority_is_shown()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = Wish.Request(key);
        using var given = Certificate(pem, time.GetUtcNow(), TimeSpan.FromDays(100));
        Assert.Same(given, StoredCertificate.Newest(FilePath, given, time.GetUtcNow()));

        Save(Certificate(pem, time.GetUtcNow().AddDays(-1), TimeSpan.FromDays(100)));
        Assert.Same(given, StoredCertificate.Newest(FilePath, given, time.GetUtcNow()));
        Save(Certificate(pem, time.GetUtcNow().AddDays(1), TimeSpan.FromDays(1)));
        Assert.NotSame(given, StoredCertificate.Newest(FilePath, given, time.GetUtcNow()));
        Assert.Same(given, StoredCertificate.Newest(FilePath, given, time.GetUtcNow().AddDays(3))); // Expired.
        Save(Certificate(pem, time.GetUtcNow().AddDays(1), TimeSpan.FromDays(1), "CN=another"));
        Assert.Same(given, StoredCertificate.Newest(FilePath, given, time.GetUtcNow()));
        File.WriteAllText(FilePath, "garbage");
        Assert.Same(given, StoredCertificate.Newest(FilePath, given, time.GetUtcNow()));

        void Save(X509Certificate2 certificate) => StoredCertificate.Save(FilePath, certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 Certificate(string pem, DateTimeOffset from, TimeSpan lifetime, string issuer = "CN=ca")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        return request.Create(new(issuer), X509SignatureGenerator.CreateForECDsa(key), from, from + lifetime, RandomNumberGenerator.GetBytes(8));
    }

    private CertificateSigningRequest Issued(CertificateSigningRequest request, string pem)
    {
        using var certificate = Certificate(pem, time.GetUtcNow(), TimeSpan.FromDays(1));
        return request with { Status = request.Status with { Certificate = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()) } };
    }

    private async Task AnswerAsync(int count, Func<CertificateSigningRequest, CertificateSigningRequest> answer)
    {
        var all = await cluster.UntilAsync<CertificateSigningRequest>(time, found => found.Count == count);
        var open = all.Single(static request => request.Status.Conditions.Count == 0 && request.Status.Certificate.Length == 0);
        await cluster.UpdateStatusAsync(answer(open), default);
    }

    private CertificateRenewal Renewal(Func<X509Certificate2?> current, double luck = 0) => new(Wish, FilePath, current, cluster, time, new Luck(luck), NullLogger.Instance);

    private sealed class Luck(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
