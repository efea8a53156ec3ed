using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Tests.Certificates;

public sealed class ClusterCertificatesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SettableTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ProfilePaths _paths;
    private readonly Profile _profile;
    private readonly ClusterCertificates _certificates;

    public ClusterCertificatesTests()
    {
        var store = new ProfileStore(_folder["state"], _folder["run"]);
        _paths = store.PathsOf("one");
        _profile = store.Plan("one", 0, _ => true);
        _certificates = new ClusterCertificates(_paths, _time);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_second_start_issues_nothing()
    {
        Assert.NotEmpty(_certificates.Ensure(_profile, []));
        Assert.Empty(_certificates.Ensure(_profile, []));
    }

    [Fact]
    public void Certificates_near_their_end_are_issued_anew_by_the_same_authority()
    {
        var first = _certificates.Ensure(_profile, []);
        var authority = File.ReadAllText(_paths.Certificate(ClusterCertificates.Authority));
        _time.Advance(TimeSpan.FromDays(365) - ClusterCertificates.RenewBefore + TimeSpan.FromDays(1));

        var second = _certificates.Ensure(_profile, []);

        Assert.Equal(first, second);
        Assert.Equal(authority, File.ReadAllText(_paths.Certificate(ClusterCertificates.Authority)));
    }

    [Fact]
    public void A_new_address_of_the_machine_gets_into_the_servers_certificates()
    {
        _certificates.Ensure(_profile, []);

        var issued = _certificates.Ensure(_profile, [IPAddress.Parse("192.0.2.7")]);

        Assert.Equal(new[] { ClusterCertificates.ApiServer, ClusterCertificates.Kubelet }.Order(), issued.Order());
    }

    [Fact]
    public void A_cluster_that_runs_for_three_years_never_has_an_expired_certificate()
    {
        var profile = _profile with { ControlPlanes = 3 };
        _certificates.Ensure(profile, MachineAddresses.All());
        var keeper = new CertificateKeeper(profile, _paths, _time, NullLogger.Instance);
        var renewals = 0;
        for (var day = 0; day < 3 * 365; day += 5)
        {
            _time.Advance(TimeSpan.FromDays(5));
            renewals += keeper.Renew().Count;
            var all = new CertificateInventory(profile, _paths, _time).Look(ClusterCertificates.RenewBefore - TimeSpan.FromDays(1), "/nowhere");
            Assert.All(all, static one => Assert.Equal(CertificateState.Good, one.State));
        }

        Assert.Equal(3 * ClusterCertificates.NamesOf(profile).Count, renewals);
    }

    [Fact]
    public void What_is_asked_for_is_issued_anew_and_nothing_else()
    {
        _certificates.Ensure(_profile, []);
        var before = File.ReadAllText(_paths.Key(ClusterCertificates.Proxy));

        Assert.Equal([ClusterCertificates.Scheduler], _certificates.Ensure(_profile, [], [ClusterCertificates.Scheduler]));
        Assert.Equal(before, File.ReadAllText(_paths.Key(ClusterCertificates.Proxy)));
    }

    [Fact]
    public void An_inventory_tells_ending_expired_and_broken_certificates_apart()
    {
        _certificates.Ensure(_profile, []);
        File.WriteAllText(_paths.Certificate(ClusterCertificates.Proxy), "garbage");
        CertificateState Of(string name) => new CertificateInventory(_profile, _paths, _time).Look(TimeSpan.FromDays(30), "/nowhere").Single(one => one.Name == name).State;
        Assert.Equal((CertificateState.Good, CertificateState.Good, CertificateState.Unreadable), (Of(ClusterCertificates.Authority), Of(ClusterCertificates.Scheduler), Of(ClusterCertificates.Proxy)));

        _time.Advance(TimeSpan.FromDays(340));
        Assert.Equal((CertificateState.Good, CertificateState.Ending), (Of(ClusterCertificates.Authority), Of(ClusterCertificates.Scheduler)));
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(CertificateState.Expired, Of(ClusterCertificates.Scheduler));
    }

    [Theory]
    [InlineData("ca", "the authority \"ca\" is replaced by itself, and with it all certificates")]
    [InlineData("../x", "\"one\" has no certificate \"../x\"")]
    public async Task Only_certificates_that_there_are_can_be_rotated(string name, string message)
    {
        var store = new ProfileStore(_folder["state"], _folder["run"]);
        Directory.CreateDirectory(_paths.State);
        store.Save(_profile);
        var error = await Assert.ThrowsAsync<ClusterException>(() => new CertificateRotation(store, SilentProgress.Instance, _time).RunAsync("one", [name]));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void A_damaged_certificate_is_issued_anew()
    {
        _certificates.Ensure(_profile, []);
        File.WriteAllText(_paths.Key(ClusterCertificates.Scheduler), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

        Assert.Equal([ClusterCertificates.Scheduler], _certificates.Ensure(_profile, []));
    }

    [Fact]
    public void A_certificate_of_other_groups_is_issued_anew()
    {
        _certificates.Ensure(_profile, []);
        var authority = CertificateAuthority.LoadOrCreate(_paths.Certificate(ClusterCertificates.Authority), _paths.Key(ClusterCertificates.Authority), "", _time);
        var former = authority.Issue(new CertificateSpec("kube-apiserver-kubelet-client") { Organizations = ["system:masters"] });
        File.WriteAllText(_paths.Certificate(ClusterCertificates.KubeletClient), former.CertificatePem);
        File.WriteAllText(_paths.Key(ClusterCertificates.KubeletClient), former.KeyPem);

        Assert.Equal([ClusterCertificates.KubeletClient], _certificates.Ensure(_profile, []));
    }

    [Fact]
    public void Keys_can_be_read_by_their_owner_alone()
    {
        _certificates.Ensure(_profile, []);

        var keys = Directory.GetFiles(_paths.Certificates, "*.key");

        Assert.NotEmpty(keys);
        Assert.All(keys, key => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key)));
    }

    [Theory]
    [InlineData(ClusterCertificates.Admin, "CN=kubernetes-admin", "O=system:masters")]
    [InlineData(ClusterCertificates.ControllerManager, "CN=system:kube-controller-manager", null)]
    [InlineData(ClusterCertificates.Scheduler, "CN=system:kube-scheduler", null)]
    [InlineData(ClusterCertificates.Proxy, "CN=system:kube-proxy", null)]
    [InlineData(ClusterCertificates.Dns, "CN=system:cluster-dns", null)]
    [InlineData(ClusterCertificates.Node, "CN=system:node:one", "O=system:nodes")]
    [InlineData(ClusterCertificates.KubeletClient, "CN=kube-apiserver-kubelet-client", null)]
    public void Every_part_has_the_identity_the_api_knows_it_by(string name, string commonName, string? organization)
    {
        _certificates.Ensure(_profile, []);

        using var certificate = X509CertificateLoader.LoadCertificateFromFile(_paths.Certificate(name));

        var parts = certificate.Subject.Split(", ");
        Assert.Contains(commonName, parts);
        Assert.Equal(organization is null ? 1 : 2, parts.Length);
        Assert.True(organization is null || parts.Contains(organization));
        Assert.DoesNotContain(CertificateSpec.ServerUsage, Usages(certificate));
        Assert.Contains(CertificateSpec.ClientUsage, Usages(certificate));
    }

    [Fact]
    public void Servers_are_trusted_under_every_name_they_are_called_by()
    {
        _certificates.Ensure(_profile, [IPAddress.Parse("192.0.2.7")]);
        using var server = X509CertificateLoader.LoadCertificateFromFile(_paths.Certificate(ClusterCertificates.ApiServer));

        foreach (var name in (string[])["localhost", "127.0.0.1", "192.0.2.7", "10.96.0.1", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"])
        {
            Assert.True(server.MatchesHostname(name, allowWildcards: false, allowCommonName: false), name);
        }
    }

    [Fact]
    public void A_lost_authority_key_is_an_error_that_says_so()
    {
        _certificates.Ensure(_profile, []);
        File.Delete(_paths.Key(ClusterCertificates.Authority));

        var error = Assert.Throws<ClusterException>(() => _certificates.Ensure(_profile, []));

        Assert.Contains("backup", error.Advice, StringComparison.Ordinal);
    }

    private static IEnumerable<string?> Usages(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Select(oid => oid.Value);
}
