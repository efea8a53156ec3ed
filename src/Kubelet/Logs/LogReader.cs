using System.Buffers;

namespace Navarch.Kubelet.Logs;

/// <summary>
/// Copies a container's log to a reader as <see cref="LogQuery"/> asks, through rotations of the file, and in the end
/// through the end of the container.
/// </summary>
internal sealed class LogReader(LogFiles files, TimeProvider time)
{
    // How long a follower may miss what inotify did not tell, the end of the container among it.
    private static readonly TimeSpan FollowCheck = TimeSpan.FromSeconds(1);

    /// <param name="path">The log file. While following it may be renamed by a rotation and appear anew.</param>
    /// <param name="isRunning">Whether more may come. Asked only at the end of the file.</param>
    /// <exception cref="FileNotFoundException">There is no log.</exception>
    public async Task CopyAsync(string path, LogQuery query, Func<bool> isRunning, Stream output, CancellationToken ct)
    {
        var writer = new LineWriter(query, output);
        using var changes = query.Follow ? new FileChanges(path) : null;
        var file = files.OpenRead(path);
        try
        {
            if (query.TailLines is { } lines)
            {
                file.Position = await FindTailAsync(file, lines, ct);
            }

            var lineReader = new LineReader(file);
            while (true)
            {
                // Asked before reading on: what a container wrote before it ended is in the file by then.
                var last = changes is null || !isRunning();
                if (!await CopyToEndAsync(lineReader, writer, ct))
                {
                    return; // The limit is reached.
                }
                await output.FlushAsync(ct);
                if (IsRotated(file, path) && File.Exists(path))
                {
                    // The runtime writes to the new file only now; what it wrote to this one since may be unread.
                    if (!await CopyToEndAsync(lineReader, writer, ct))
                    {
                        return;
                    }
                    await file.DisposeAsync();
                    file = files.OpenRead(path);
                    lineReader = new LineReader(file);
                    continue;
                }
                if (last)
                {
                    return;
                }
                if (changes is not null)
                {
                    await changes.WaitAsync(FollowCheck, time, ct);
                }
            }
        }
        finally
        {
            await file.DisposeAsync();
        }
    }

    /// <summary>The place in the file before its last <paramref name="lines"/> lines.</summary>
    internal static async Task<long> FindTailAsync(Stream file, long lines, CancellationToken ct)
    {
        if (lines <= 0)
        {
            return file.Length;
        }
        var block = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            var end = file.Length;
            var seen = 0L;
            for (var blockEnd = end; blockEnd > 0;)
            {
                var start = Math.Max(0, blockEnd - block.Length);
                var length = (int)(blockEnd - start);
                file.Position = start;
                await file.ReadExactlyAsync(block.AsMemory(0, length), ct);
                for (var i = length - 1; i >= 0; i--)
                {
                    // The line feed that ends the file's last line begins no other line.
                    if (block[i] == (byte)'\n' && start + i != end - 1 && ++seen == lines)
                    {
                        return start + i + 1;
                    }
                }
                blockEnd = start;
            }
            return 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static async Task<bool> CopyToEndAsync(LineReader reader, LineWriter writer, CancellationToken ct)
    {
        while (await reader.ReadAsync(ct) is { Length: > 0 } line)
        {
            if (!await writer.WriteAsync(line, ct))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Whether the open file no longer has the name it was opened by.</summary>
    private static bool IsRotated(FileStream file, string path)
    {
        var name = new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget;
        return name != path && name != Path.GetFullPath(path) && name != TargetOf(path);
    }

    /// <summary>Where a link leads to; null for what is none, and between the renaming of a log and the runtime's opening of the new one.</summary>
    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).ResolveLinkTarget(true)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
