using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Kubeconfig;
using Navarch.Cluster.Profiles;
using Navarch.Machinery.Certificates;

namespace Navarch.Cluster.Tests.Certificates;

public sealed class AuthorityFilesTests : IDisposable
{
    private const string Name = "navarch-one";

    private readonly TemporaryFolder _folder = new();
    private readonly SettableTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ProfilePaths _paths;
    private readonly Profile _profile;
    private readonly ClusterCertificates _certificates;
    private readonly AuthorityFiles _files;
    private readonly X509Certificate2 _first;

    public AuthorityFilesTests()
    {
        var store = new ProfileStore(_folder["state"], _folder["run"]);
        _paths = store.PathsOf("one");
        _profile = store.Plan("one", 0, _ => true);
        _certificates = new ClusterCertificates(_paths, _time);
        _certificates.Ensure(_profile, []);
        _files = new AuthorityFiles(_paths, _time);
        _first = _files.Signer;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Both_authorities_are_trusted_before_the_new_one_signs_and_until_the_old_one_is_dropped()
    {
        Assert.Equal(AuthorityPhase.Alone, _files.Phase);
        _time.Advance(TimeSpan.FromDays(1));

        _files.Introduce(Name);
        Assert.Equal((AuthorityPhase.Introduced, 2), (_files.Phase, _files.Trusted.Count));
        Assert.Equal(_first, _files.Signer);
        Assert.Empty(_certificates.Ensure(_profile, []));
        var next = _files.Next!.Certificate;
        Assert.Equal("CN=navarch-one@20260102T000000Z", next.Subject);

        _files.Succeed();
        Assert.Equal((AuthorityPhase.Succeeded, 2), (_files.Phase, _files.Trusted.Count));
        Assert.Equal((next, next), (_files.Signer, _files.Trusted[0]));
        Assert.Equal(ClusterCertificates.NamesOf(_profile).Order(), _certificates.Ensure(_profile, []).Order());
        Assert.Empty(_certificates.Ensure(_profile, []));

        _files.DropOthers();
        Assert.Equal((AuthorityPhase.Alone, 1), (_files.Phase, _files.Trusted.Count));
        Assert.Equal(next, _files.Signer);
        Assert.Empty(_certificates.Ensure(_profile, []));
    }

    [Fact]
    public void Whoever_trusts_one_of_them_alone_trusts_the_server_until_the_old_one_is_dropped()
    {
        _files.Introduce(Name);
        _files.Succeed();
        _certificates.Ensure(_profile, []);

        Assert.All((X509Certificate2[])[_first, _files.Signer], authority => Assert.True(IsServerTrustedBy(authority)));
        _files.DropOthers();
        _certificates.Ensure(_profile, []);
        Assert.Equal((false, true), (IsServerTrustedBy(_first), IsServerTrustedBy(_files.Signer)));
        Assert.Single(AuthorityBundle.Parse(File.ReadAllText(_paths.Certificate(ClusterCertificates.ApiServer))));
    }

    [Fact]
    public void A_server_whose_certificate_is_renewed_meanwhile_is_still_trusted_by_both()
    {
        _files.Introduce(Name);
        _files.Succeed();
        _certificates.Ensure(_profile, [], [ClusterCertificates.ApiServer]);
        Assert.True(IsServerTrustedBy(_first));
    }

    [Fact]
    public void Kubeconfigs_name_all_that_are_trusted()
    {
        _files.Introduce(Name);
        ComponentKubeconfig.WriteAll(_profile, _paths);
        Assert.Equal(2, Client.Kubeconfig.Load(_paths.Kubeconfig("scheduler")).Resolve().Authorities.Count);
    }

    // As the disk is after a kill: what each step writes, up to every one of its files.
    public static TheoryData<string> Kills => ["a key", "a key and a bridge", "introduced", "the key replaced", "succeeded", "some issued", "dropped, with the bridge"];

    [Theory]
    [MemberData(nameof(Kills))]
    public void A_rotation_that_was_killed_goes_on_to_its_end(string when)
    {
        Kill(when);

        // What a start, or the daily look of the server, makes of it: a whole cluster, with certificates of whoever signs.
        _certificates.Ensure(_profile, []);
        Assert.Contains(_files.Signer, _files.Trusted);
        Assert.True(IsServerTrustedBy(_files.Signer));
        Assert.True(when.StartsWith("dropped", StringComparison.Ordinal) || IsServerTrustedBy(_first));

        _files.Introduce(Name);
        _files.Succeed();
        _certificates.Ensure(_profile, []);
        Assert.True(when.StartsWith("dropped", StringComparison.Ordinal) || IsServerTrustedBy(_first));
        _files.DropOthers();
        _certificates.Ensure(_profile, []);

        Assert.Equal(AuthorityPhase.Alone, _files.Phase);
        Assert.NotEqual(_first, _files.Signer);
        Assert.Equal(["ca.crt", "ca.key"], Directory.GetFiles(_paths.Certificates, "ca*").Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_inventory_shows_who_is_trusted_besides()
    {
        string[] Names() => [.. new CertificateInventory(_profile, _paths, _time).Look(TimeSpan.FromDays(30), "/nowhere").Select(static one => one.Name).Take(2)];
        Assert.Equal(["ca", "apiserver"], Names());
        _files.Introduce(Name);
        Assert.Equal(["ca", "ca (next)"], Names());
        _files.Succeed();
        Assert.Equal(["ca", "ca (before)"], Names());
    }

    [Fact]
    public void Keys_of_authorities_can_be_read_by_their_owner_alone()
    {
        _files.Introduce(Name);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_paths.Key("ca-next")));
        _files.Succeed();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_paths.Key(ClusterCertificates.Authority)));
    }

    [Theory]
    [InlineData("2026-01-01T09:59:59Z", true, true)]
    [InlineData("2026-01-01T10:00:01Z", true, false)]
    [InlineData("2026-01-01T09:59:59Z", false, false)]
    public void Pods_that_were_told_of_authorities_before_are_named(string startedAt, bool isTold, bool isNamed)
    {
        var volumes = isTold ? """[{"name":"kube-api-access-x","projected":{"sources":[{"configMap":{"name":"kube-root-ca.crt"}}]}}]""" : "[]";
        using var pods = JsonDocument.Parse($$"""{"items": [{{Pod("web", "running")}}, {{Pod("done", "terminated")}}] }""");
        Assert.Equal(isNamed ? ["default/web"] : [], AuthorityRotation.PodsFromBefore(pods.RootElement, new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero)));

        string Pod(string name, string state) => $$"""
            { "metadata": {"namespace": "default", "name": "{{name}}"}, "spec": {"volumes": {{volumes}} },
              "status": {"containerStatuses": [{"state": {"{{state}}": {"startedAt": "{{startedAt}}"} } }] } }
            """;
    }

    private void Kill(string when)
    {
        switch (when)
        {
            case "a key":
                File.WriteAllText(_paths.Key("ca-next"), ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem());
                return;
            case "a key and a bridge":
                Kill("a key");
                File.WriteAllText(_paths.Certificate("ca-bridge"), _first.ExportCertificatePem());
                return;
            case "introduced":
                _files.Introduce(Name);
                return;
            case "the key replaced":
                Kill("introduced");
                File.Move(_paths.Key("ca-next"), _paths.Key(ClusterCertificates.Authority), overwrite: true);
                return;
            case "succeeded":
                Kill("introduced");
                _files.Succeed();
                return;
            case "some issued":
                Kill("succeeded");
                _certificates.Ensure(_profile, [], [ClusterCertificates.Scheduler]);
                File.Delete(_paths.Key(ClusterCertificates.Proxy));
                return;
            default:
                Kill("succeeded");
                var bridge = File.ReadAllText(_paths.Certificate("ca-bridge"));
                _files.DropOthers();
                File.WriteAllText(_paths.Certificate("ca-bridge"), bridge);
                return;
        }
    }

    /// <summary>As a client sees it that has one authority and what the server sends.</summary>
    private bool IsServerTrustedBy(X509Certificate2 authority)
    {
        var sent = AuthorityBundle.Parse(File.ReadAllText(_paths.Certificate(ClusterCertificates.ApiServer)));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(authority.RawData));
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().LocalDateTime;
        return chain.Build(sent[0]);
    }
}
