using System.Diagnostics;

namespace Navarch.Storage.Bench;

/// <summary>What every figure of a durable store depends on.</summary>
internal static class Disk
{
    /// <summary>How many times in a second 4 KB can be written to a file and synced, one after the other.</summary>
    public static string Describe(string directory)
    {
        const int Syncs = 500;
        var path = Path.Combine(directory, "fsync");
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose))
        {
            var block = new byte[4096];
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Syncs; i++)
            {
                RandomAccess.Write(file, block, i * block.Length);
                RandomAccess.FlushToDisk(file);
            }
            return $"{Syncs / Stopwatch.GetElapsedTime(start).TotalSeconds:0} fsyncs/s of 4 KB appended";
        }
    }
}
