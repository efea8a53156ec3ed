using Navarch.ApiServer.Encryption;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Encryption;

public sealed class EncryptionKeyFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("navarch-keys-").FullName;

    private string Path => System.IO.Path.Combine(folder, "server", "encryption.json");

    private EncryptionKeyFile File => new(Path);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_new_file_is_for_its_owner_alone_and_is_not_made_twice()
    {
        var made = File.Create(new FakeTime());

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(Path));
        Assert.Equal(made.Active.Secret, File.Create(new FakeTime()).Active.Secret);
        Assert.Equal(["secrets"], made.Resources);
        Assert.Single(Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(Path)!));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "0640")]
    [InlineData(UnixFileMode.OtherRead, "0604")]
    [InlineData(UnixFileMode.GroupWrite, "0620")]
    public void A_file_that_others_can_read_is_refused(UnixFileMode more, string mode)
    {
        File.Create(new FakeTime());
        System.IO.File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);

        var error = Assert.Throws<EncryptionException>(() => File.Load());

        Assert.Equal($"the encryption keys in {Path} can be read or changed by others (mode {mode})", error.Message);
        Assert.Contains($"chmod 600 {Path}", error.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The input does not contain any JSON tokens")]
    [InlineData("null", "it is empty")]
    [InlineData("{}", "'keys'")]
    [InlineData("{\"keys\":[]}", "it holds no key")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"created\":\"2026-01-01T00:00:00Z\",\"secret\":\"AAAA\"}]}", "the secret of a has 3 bytes and not 32")]
    [InlineData("{\"keys\":[{\"name\":\"A:b\",\"created\":\"2026-01-01T00:00:00Z\",\"secret\":\"AAAA\"}]}", "a key's name is not made of")]
    [InlineData("{\"keys\":[null]}", "a key's name is not made of")]
    [InlineData("{\"resources\":[\"\"],\"keys\":[{\"name\":\"a\",\"created\":\"2026-01-01T00:00:00Z\",\"secret\":\"AAAA\"}]}", "a resource has no name")]
    public void A_damaged_file_is_refused_with_the_reason(string content, string reason)
    {
        File.Create(new FakeTime());
        System.IO.File.WriteAllText(Path, content);

        var error = Assert.Throws<EncryptionException>(() => File.Load());

        Assert.StartsWith($"the encryption keys in {Path} are damaged: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_saved_is_loaded()
    {
        var keys = File.Create(new FakeTime());
        var second = EncryptionKey.Create(new FakeTime());

        File.Save(keys with { Keys = [second, .. keys.Keys], Resources = ["secrets", "configmaps"] });

        var loaded = File.Load();
        Assert.Equal([second.Name, keys.Active.Name], loaded.Keys.Select(key => key.Name));
        Assert.Equal(second.Secret, loaded.Active.Secret);
        Assert.Equal(["secrets", "configmaps"], loaded.Resources);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(Path));
    }
}
