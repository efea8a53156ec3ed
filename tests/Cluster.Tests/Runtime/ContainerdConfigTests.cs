using Navarch.Cluster.Runtime;

namespace Navarch.Cluster.Tests.Runtime;

public sealed class ContainerdConfigTests
{
    [Theory]
    [InlineData("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n", 1, 6)]
    [InlineData("containerd github.com/containerd/containerd 1.7.24~ds1 1.7.24~ds1-6\n", 1, 7)]
    [InlineData("containerd github.com/containerd/containerd/v2 v2.0.2 c507a0257ea6462fbd6f5ba4f5c74facb04021f4\n", 2, 0)]
    [InlineData("containerd github.com/containerd/containerd/v2 2.1.4-1ubuntu1\n", 2, 1)]
    public void Versions_are_read_as_distributions_print_them(string output, int major, int minor) =>
        Assert.Equal(new ContainerdVersion(major, minor), ContainerdVersion.Parse(output));

    [Fact]
    public void Nonsense_is_no_version() => Assert.Throws<ClusterException>(() => ContainerdVersion.Parse("command not found"));

    [Fact]
    public void Containerd_2_gets_the_format_it_knows()
    {
        var config = A();

        Assert.Contains("version = 2", config.ToToml(new ContainerdVersion(1, 7)), StringComparison.Ordinal);
        Assert.Contains("version = 3", config.ToToml(new ContainerdVersion(2, 0)), StringComparison.Ordinal);
        Assert.Contains("io.containerd.cri.v1.runtime", config.ToToml(new ContainerdVersion(2, 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void No_path_of_the_machines_own_containerd_is_used()
    {
        foreach (var version in (ContainerdVersion[])[new(1, 6), new(2, 0)])
        {
            var text = A().ToToml(version);

            Assert.DoesNotContain("/var/lib/containerd", text, StringComparison.Ordinal);
            Assert.DoesNotContain("\"/run/containerd", text, StringComparison.Ordinal);
            Assert.DoesNotContain("/etc/cni", text, StringComparison.Ordinal);
        }
    }

    private static ContainerdConfig A() => new()
    {
        Root = "/p/root",
        State = "/p/state",
        RuncRoot = "/p/runc",
        Socket = "/p/state/containerd.sock",
        CniBinaries = "/usr/lib/cni",
        CniConfig = "/p/cni",
        SandboxImage = "localhost/navarch/pause:1",
        RegistryConfig = "/p/registries",
        RestrictOomScore = true,
    };
}
