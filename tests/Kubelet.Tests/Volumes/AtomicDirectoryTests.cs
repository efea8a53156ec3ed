using System.Text;
using Navarch.Kubelet.Volumes;

namespace Navarch.Kubelet.Tests.Volumes;

public sealed class AtomicDirectoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nkvol").FullName;

    private AtomicDirectory Volume => new(_directory, TimeProvider.System);

    [Fact]
    public void Files_are_reached_through_one_link_that_is_replaced_as_a_whole()
    {
        Assert.True(Volume.Write(Files(("a", "1"), ("dir/b", "2")), gid: null));
        var first = new DirectoryInfo(Path.Combine(_directory, "..data")).LinkTarget;
        Assert.Equal("..data/a", new FileInfo(Path.Combine(_directory, "a")).LinkTarget);
        Assert.Equal("2", File.ReadAllText(Path.Combine(_directory, "dir/b")));

        Assert.True(Volume.Write(Files(("a", "3"), ("c", "4")), gid: null));
        Assert.NotEqual(first, new DirectoryInfo(Path.Combine(_directory, "..data")).LinkTarget);
        Assert.Equal("3", File.ReadAllText(Path.Combine(_directory, "a")));
        Assert.False(Directory.Exists(Path.Combine(_directory, "dir")));
        Assert.Single(Directory.GetDirectories(_directory, "..2*"));
    }

    [Fact]
    public void Files_that_cannot_be_beside_each_other_leave_nothing_behind()
    {
        Volume.Write(Files(("a", "1")), gid: null);

        for (var i = 0; i < 3; i++)
        {
            Assert.ThrowsAny<IOException>(() => Volume.Write(Files(("a", "2"), ("a/b", "3")), gid: null));
        }

        Assert.Equal("1", File.ReadAllText(Path.Combine(_directory, "a")));
        Assert.Single(Directory.GetDirectories(_directory, "..2*"));
    }

    [Fact]
    public void What_has_not_changed_is_not_written()
    {
        Volume.Write(Files(("a", "1")), gid: null);
        Assert.False(Volume.Write(Files(("a", "1")), gid: null));
    }

    [Fact]
    public void A_crash_in_between_leaves_the_old_version_and_the_next_write_mends_it()
    {
        Volume.Write(Files(("a", "1")), gid: null);
        Directory.CreateDirectory(Path.Combine(_directory, "..2020_01_01_00_00_00.000000000"));
        File.CreateSymbolicLink(Path.Combine(_directory, "..data_tmp"), "..2020_01_01_00_00_00.000000000");

        Assert.Equal("1", File.ReadAllText(Path.Combine(_directory, "a")));
        Volume.Write(Files(("a", "2")), gid: null);
        Assert.Equal("2", File.ReadAllText(Path.Combine(_directory, "a")));
        Assert.Single(Directory.GetDirectories(_directory, "..2*"));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../x")]
    [InlineData("")]
    [InlineData("a//b")]
    public void Paths_cannot_lead_out(string path) =>
        Assert.Throws<IOException>(() => Volume.Write(Files((path, "1")), gid: null));

    [Fact]
    public void Modes_are_as_asked_for()
    {
        Volume.Write(new Dictionary<string, VolumeFile> { ["a"] = new("x"u8.ToArray(), 0b100_000_000) }, gid: null);

        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Path.Combine(_directory, "..data/a")));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static Dictionary<string, VolumeFile> Files(params (string Path, string Text)[] files) =>
        files.ToDictionary(file => file.Path, file => new VolumeFile(Encoding.UTF8.GetBytes(file.Text), ObjectFiles.ModeDefault));
}
