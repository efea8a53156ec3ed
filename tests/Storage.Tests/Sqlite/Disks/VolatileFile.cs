namespace Navarch.Storage.Tests.Sqlite.Disks;

/// <summary>
/// What a file's disk has been told and not yet been asked to keep. The file itself shows everything, as the kernel's cache does;
/// <see cref="AfterPowerCut"/> makes what is found when the power comes back.
/// </summary>
internal sealed class VolatileFile(string path)
{
    // Disks write sectors whole, and nothing larger.
    private const int SectorBytes = 512;

    private readonly List<Change> unsynced = [];

    // Bytes null: the file was cut to a length. Before: what the changed range held; LengthBefore: how long the file was.
    private sealed record Change(long Offset, byte[]? Bytes, byte[] Before, long LengthBefore);

    /// <summary>To be called before it is done.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes) => unsynced.Add(Of(offset, bytes.ToArray(), bytes.Length));

    /// <summary>To be called before it is done.</summary>
    public void Truncate(long length) => unsynced.Add(Of(length, null, int.MaxValue));

    public void Sync() => unsynced.Clear();

    /// <summary>The content that the next start finds: all that was synced, and of the rest whatever the disk had come to.</summary>
    /// <param name="kept">How much of the rest, from 0 to 1.</param>
    public byte[] AfterPowerCut(Random random, double kept)
    {
        using var content = new MemoryStream();
        content.Write(File.ReadAllBytes(path));
        foreach (var change in Enumerable.Reverse(unsynced))
        {
            content.Position = change.Offset;
            content.Write(change.Before);
            content.SetLength(change.LengthBefore);
        }

        foreach (var change in unsynced.Where(_ => random.NextDouble() < kept))
        {
            if (change.Bytes is null)
            {
                content.SetLength(change.Offset);
            }
            else
            {
                WriteSome(content, change.Offset, change.Bytes, isTorn: random.Next(4) == 0, random);
            }
        }

        return content.ToArray();
    }

    private static void WriteSome(MemoryStream content, long offset, byte[] bytes, bool isTorn, Random random)
    {
        for (var start = 0; start < bytes.Length;)
        {
            var count = Math.Min(SectorBytes - (int)((offset + start) % SectorBytes), bytes.Length - start);
            if (!isTorn || random.Next(2) == 0)
            {
                content.Position = offset + start;
                content.Write(bytes, start, count);
            }
            start += count;
        }
    }

    private Change Of(long offset, byte[]? bytes, int countMax)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        var before = new byte[Math.Clamp(length - offset, 0, countMax)];
        RandomAccess.Read(file, before, offset);
        return new Change(offset, bytes, before, length);
    }
}
