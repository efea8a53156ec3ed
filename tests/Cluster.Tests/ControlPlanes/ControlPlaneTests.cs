using System.Net;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.ControlPlanes;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Tests.ControlPlanes;

public sealed class ControlPlaneTests : IDisposable
{
    private const int LinkNameMax = 15;

    private readonly TemporaryFolder _folder = new();
    private readonly ProfileStore _profiles;

    public ControlPlaneTests() => _profiles = new ProfileStore(Path.Combine(_folder.Path, "state"), Path.Combine(_folder.Path, "run"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ProfileName.Default)]
    [InlineData("ha")]
    [InlineData("a-profile-with-quite-a-long-name")]
    public void Names_of_links_fit_the_kernel_and_are_the_profiles_own(string name)
    {
        var profile = _profiles.Plan(name, 0, _ => true) with { ControlPlanes = 3 };
        var other = profile with { Name = "other", Bridge = ProfileStore.BridgeName("other") };

        var names = ControlPlane.Of(profile).Select(plane => plane.Link(profile)).Append(profile.ControlPlaneBridge).Append(profile.Bridge).ToList();

        Assert.All(names, link => Assert.InRange(link.Length, 1, LinkNameMax));
        Assert.Equal(5, names.Distinct().Count());
        Assert.Empty(names.Intersect(ControlPlane.Of(other).Select(plane => plane.Link(other)).Append(other.ControlPlaneBridge)));
    }

    [Fact]
    public void No_two_profiles_share_a_control_planes_address()
    {
        var networks = new List<IPNetwork>();
        for (var i = 0; i < 8; i++)
        {
            var profile = _profiles.Plan($"p{i}", 0, _ => true) with { ControlPlanes = 5 };
            _profiles.Save(profile);
            networks.Add(profile.ControlPlaneNetwork);
            Assert.All(ControlPlane.Of(profile), plane => Assert.True(profile.ControlPlaneNetwork.Contains(plane.Address)));
            Assert.DoesNotContain(networks, network => AddressPlan.Overlap(network, profile.Addresses.PodCidr) || AddressPlan.Overlap(network, profile.Addresses.ServiceCidr));
        }

        Assert.Equal(8, networks.Distinct().Count());
    }

    [Fact]
    public void How_many_there_are_survives_saving_and_one_is_what_older_profiles_have()
    {
        var profile = _profiles.Plan("ha", 0, _ => true) with { ControlPlanes = 3 };
        _profiles.Save(profile);
        Assert.Equal(3, _profiles.Get("ha").ControlPlanes);

        var file = _profiles.PathsOf("ha").ProfileFile;
        File.WriteAllLines(file, File.ReadAllLines(file).Where(line => !line.Contains("controlPlanes", StringComparison.Ordinal)));
        Assert.Equal(1, _profiles.Get("ha").ControlPlanes);
        Assert.Empty(ControlPlane.Of(_profiles.Get("ha")));
    }

    [Fact]
    public void Etcd_trusts_an_authority_that_signs_nothing_else()
    {
        var (profile, paths) = (_profiles.Plan("ha", 0, _ => true) with { ControlPlanes = 3 }, _profiles.PathsOf("ha"));
        var certificates = new ClusterCertificates(paths, TimeProvider.System);

        Assert.Contains(ClusterCertificates.EtcdPeer, certificates.Ensure(profile, []));
        Assert.Empty(certificates.Ensure(profile, []));

        string[] etcd = [ClusterCertificates.EtcdServer, ClusterCertificates.EtcdPeer, ClusterCertificates.EtcdClient];
        foreach (var file in Directory.EnumerateFiles(paths.Certificates, "*.crt"))
        {
            using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificateFromFile(file);
            var name = Path.GetFileNameWithoutExtension(file);
            Assert.Equal(name == ClusterCertificates.EtcdAuthority || etcd.Contains(name) ? "CN=navarch-ha-etcd" : "CN=navarch-ha", certificate.Issuer);
        }

        Assert.Contains(ControlPlane.Of(profile)[2].Address, ClusterCertificates.Specs(profile, [])[ClusterCertificates.ApiServer].Addresses);
    }

    [Fact]
    public void One_control_plane_needs_no_etcd()
    {
        var paths = _profiles.PathsOf("one");

        new ClusterCertificates(paths, TimeProvider.System).Ensure(_profiles.Plan("one", 0, _ => true), []);

        Assert.False(File.Exists(paths.Certificate(ClusterCertificates.EtcdAuthority)));
    }
}
