using System.Diagnostics;
using Navarch.Kubelet.Kernel;
using Navarch.Kubelet.Volumes;

namespace Navarch.Kubelet.Tests.Attacks;

/// <summary>What containers can leave behind in their volumes, for the kubelet to remove.</summary>
public sealed class HostileTreeTests : IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("nkout").FullName;
    private readonly string _root = Directory.CreateTempSubdirectory("nkroot").FullName;

    [Theory]
    [InlineData(@"touch ""$(printf 'not\377text')"" && mkdir -p ""$(printf 'd\377/e\376')"" && touch ""$(printf 'd\377/e\376/f\375')""")]
    [InlineData("for i in $(seq 300); do mkdir -p nnnnnnnnnnnnnnnnnnnn/nnnnnnnnnnnnnnnnnnnn/nnnnnnnnnnnnnnnnnnnn && cd -P nnnnnnnnnnnnnnnnnnnn/nnnnnnnnnnnnnnnnnnnn/nnnnnnnnnnnnnnnnnnnn || exit 1; done; touch x")]
    [InlineData("mkdir -p removing.0/a removing.1 && touch removing.0/a/b removing.2 && mkdir -p removing.3/removing.0/x")]
    [InlineData("mkfifo fifo && mkdir locked && touch locked/x && chmod 0 locked && ln -s / root && ln -s . loop && ln -s nowhere dangling")]
    public async Task Whatever_a_container_made_in_its_volume_is_removed(string script)
    {
        var directories = new PodDirectories(_root);
        var volume = directories.Volume("uid-1", "empty-dir", "v");
        Directory.CreateDirectory(volume);
        await RunAsync(script, volume);

        new PodVolumes(directories, null!, null!, TimeProvider.System).TearDown("uid-1");

        Assert.False(Directory.Exists(directories.OfPod("uid-1")));
    }

    [Fact]
    public async Task What_a_link_leads_to_stays()
    {
        File.WriteAllText(Path.Combine(_outside, "kept"), "x");
        var tree = Path.Combine(_root, "tree");
        Directory.CreateDirectory(tree);
        await RunAsync($"mkdir d && ln -s {_outside} d/link && ln -s {_outside}/kept d/file && ln {_outside}/kept d/hard", tree);

        HostileTree.Remove(tree);

        Assert.False(Directory.Exists(tree));
        Assert.Equal("x", File.ReadAllText(Path.Combine(_outside, "kept")));
    }

    [Fact]
    public void A_link_in_the_place_of_a_directory_is_not_followed()
    {
        File.WriteAllText(Path.Combine(_outside, "kept"), "x");
        var link = Path.Combine(_root, "link");
        File.CreateSymbolicLink(link, _outside);

        Assert.Throws<IOException>(() => HostileTree.Remove(link));

        Assert.Equal("x", File.ReadAllText(Path.Combine(_outside, "kept")));
    }

    [Fact]
    public void What_is_not_there_is_removed() => HostileTree.Remove(Path.Combine(_root, "nothing"));

    public void Dispose()
    {
        using var remove = Process.Start("rm", ["-rf", _root, _outside]);
        remove.WaitForExit();
    }

    private static async Task RunAsync(string script, string directory)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = directory })!;
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
    }
}
