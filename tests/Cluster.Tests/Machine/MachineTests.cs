using System.Net;
using System.Net.Sockets;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Machine;

namespace Navarch.Cluster.Tests.Machine;

public sealed class MachineTests
{
    [Fact]
    public void A_taken_port_is_refused_with_its_owner_and_the_flag_that_changes_it()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;

        Assert.False(Ports.IsFree(port));
        var refusal = Assert.Throws<ClusterException>(() => Preflight.RequirePort(port, "the API server's", "--api-port"));

        Assert.Contains($"{port}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"(pid {Environment.ProcessId})", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--api-port", refusal.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_refused_before_anything_is_written()
    {
        var refusal = Assert.Throws<ClusterException>(() => DiskSpace.Require("/var/lib/navarch/none", long.MaxValue));

        Assert.Contains("MiB are free", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task This_machines_kernel_has_what_a_node_needs()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Trying links and tables out takes root.");

        await KernelFeatures.RequireAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("/plain", "/plain")]
    [InlineData(@"/with\040space\011tab\134", "/with space\ttab\\")]
    public void Mount_points_are_unescaped(string written, string meant) => Assert.Equal(meant, Mounts.Unescape(written));

    [Fact]
    public void An_interrupted_write_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        var file = folder["file"];
        AtomicFile.Write(file, "old"u8, AtomicFile.Private);

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(file, "new"u8, AtomicFile.Private, _ => throw new InvalidOperationException()));

        Assert.Equal("old", File.ReadAllText(file));
        Assert.Single(Directory.GetFiles(folder.Path));
    }
}
