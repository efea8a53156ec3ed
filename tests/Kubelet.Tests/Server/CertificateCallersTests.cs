using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Kubelet.Server.Access;

namespace Navarch.Kubelet.Tests.Server;

public sealed class CertificateCallersTests : IDisposable
{
    private readonly HandTime _time = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("navarch-callers-").FullName;

    private string AuthorityFile => Path.Combine(_folder, "ca.crt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Callers_of_an_authority_are_known_as_long_as_it_is_in_the_file()
    {
        var (old, @new) = (Authority("old"), Authority("new"));
        Trust(old);
        var callers = CertificateCallers.Follow(AuthorityFile, _time);
        Assert.Equal(("ann", null), (callers.Find(Client(old))?.Username, callers.Find(Client(@new))?.Username));

        Trust(old, @new);
        Assert.Equal(("ann", "ann"), (callers.Find(Client(old))?.Username, callers.Find(Client(@new))?.Username));

        Trust(@new);
        Assert.Equal((null, "ann"), (callers.Find(Client(old))?.Username, callers.Find(Client(@new))?.Username));

        File.WriteAllText(AuthorityFile, "");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("ann", callers.Find(Client(@new))?.Username); // A file that says nothing changes nothing.
    }

    private void Trust(params X509Certificate2[] authorities)
    {
        File.WriteAllText(AuthorityFile, string.Join('\n', authorities.Select(static authority => authority.ExportCertificatePem())));
        _time.Advance(TimeSpan.FromSeconds(2));
    }

    /// <summary>A clock whose timestamps stand until it is moved.</summary>
    private sealed class HandTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }

    private X509Certificate2 Authority(string name)
    {
        var request = new CertificateRequest($"CN={name}", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(30));
    }

    private X509Certificate2 Client(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ann", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        return request.Create(authority, _time.GetUtcNow().AddHours(-1), _time.GetUtcNow().AddDays(1), RandomNumberGenerator.GetBytes(8));
    }
}
