namespace Navarch.Storage.Tests;

/// <summary>A directory that is there for one test. In /var/tmp, which is a disk also where /tmp is memory.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateDirectory($"/var/tmp/navarch-test-{Guid.NewGuid():N}");

    public string FullPath => directory.FullName;

    public string Path(string name) => System.IO.Path.Combine(directory.FullName, name);

    public void Dispose() => directory.Delete(recursive: true);
}
