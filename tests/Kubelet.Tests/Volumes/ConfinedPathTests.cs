using Navarch.Kubelet.Kernel;

namespace Navarch.Kubelet.Tests.Volumes;

public sealed class ConfinedPathTests : IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("nkout").FullName;
    private readonly string _root = Directory.CreateTempSubdirectory("nkroot").FullName;

    [Fact]
    public void A_path_inside_is_opened_and_missing_directories_are_made()
    {
        using var handle = ConfinedPath.OpenOrCreateDirectory(_root, "a/b");

        Assert.Equal(Path.Combine(_root, "a/b"), new FileInfo(ConfinedPath.Name(handle)).LinkTarget);
    }

    [Fact]
    public void Links_within_are_followed()
    {
        File.WriteAllText(Path.Combine(_root, "file"), "x");
        File.CreateSymbolicLink(Path.Combine(_root, "link"), "file");

        using var handle = ConfinedPath.OpenOrCreateDirectory(_root, "link");
        Assert.Equal(Path.Combine(_root, "file"), new FileInfo(ConfinedPath.Name(handle)).LinkTarget);
    }

    [Theory]
    [InlineData("link")]
    [InlineData("link/new")]
    [InlineData("relative")]
    [InlineData("relative/new")]
    [InlineData("..")]
    [InlineData("a/../../x")]
    [InlineData("/etc")]
    public void Nothing_leads_out(string path)
    {
        File.CreateSymbolicLink(Path.Combine(_root, "link"), _outside);
        File.CreateSymbolicLink(Path.Combine(_root, "relative"), "../" + Path.GetFileName(_outside));

        Assert.Throws<IOException>(() => ConfinedPath.OpenOrCreateDirectory(_root, path));
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    [Fact]
    public async Task A_link_that_comes_and_goes_never_leads_out()
    {
        // A hostile container swaps a directory with a link to the outside as fast as it can.
        var path = Path.Combine(_root, "x");
        using var stop = new CancellationTokenSource();
        var swapping = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Directory.CreateDirectory(path);
                    Directory.Delete(path, recursive: true);
                    File.CreateSymbolicLink(path, _outside);
                    File.Delete(path);
                }
                catch (IOException)
                {
                    // The other side made its directory just now.
                }
            }
        });
        for (var i = 0; i < 5000; i++)
        {
            try
            {
                using var handle = ConfinedPath.OpenOrCreateDirectory(_root, "x/y");
                Assert.DoesNotContain(Path.GetFileName(_outside), new FileInfo(ConfinedPath.Name(handle)).LinkTarget);
            }
            catch (IOException)
            {
                // Refused: as good.
            }
        }
        await stop.CancelAsync();
        await swapping;
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    public void Dispose()
    {
        Directory.Delete(_root, recursive: true);
        Directory.Delete(_outside, recursive: true);
    }
}
