using System.Diagnostics;

namespace Navarch.Storage.Tests;

/// <summary>A file system in memory that is easily filled. Needs root.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateDirectory($"/var/tmp/navarch-disk-{Guid.NewGuid():N}");

    public SmallDisk(int bytes)
    {
        try
        {
            Run("mount", "-t", "tmpfs", "-o", $"size={bytes}", "navarch-test", directory.FullName);
        }
        catch (Exception e)
        {
            directory.Delete();
            Assert.Skip($"a file system could not be mounted (are you root?): {e.Message}");
        }
    }

    public string Path(string name) => System.IO.Path.Combine(directory.FullName, name);

    /// <summary>How many bytes are free.</summary>
    public long Free => new DriveInfo(directory.FullName).AvailableFreeSpace;

    /// <summary>Takes space, so that <paramref name="free"/> bytes are left. Less is taken than before if more is to be free.</summary>
    public void Leave(long free)
    {
        using var ballast = File.Open(Path("ballast"), FileMode.OpenOrCreate);
        ballast.SetLength(Math.Max(0, ballast.Length - Math.Max(0, free - Free)));
        ballast.Flush(flushToDisk: true);
        ballast.Position = ballast.Length;
        while (Free > free)
        {
            ballast.Write(new byte[(int)Math.Min(4096, Free - free)]);
            ballast.Flush(flushToDisk: true);
        }
    }

    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", directory.FullName);

    public void Dispose()
    {
        if (directory.Exists)
        {
            Run("umount", directory.FullName);
            directory.Delete();
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error.Trim()}");
        }
    }
}
