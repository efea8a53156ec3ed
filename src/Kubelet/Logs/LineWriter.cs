namespace Navarch.Kubelet.Logs;

/// <summary>Writes the content of log lines as a <see cref="LogQuery"/> wants it.</summary>
internal sealed class LineWriter(LogQuery query, Stream output)
{
    private long _bytesLeft = query.LimitBytes ?? long.MaxValue;
    private bool _insideLine;

    /// <summary>False when the reader's limit is reached: nothing more will be written.</summary>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> line, CancellationToken ct)
    {
        if (!Select(line.Span, out var timeLength, out var content, out var isPartial))
        {
            return true;
        }
        if (query.Timestamps && !_insideLine)
        {
            await WriteLimitedAsync(line[..(timeLength + 1)], ct);
        }
        await WriteLimitedAsync(line[content], ct);
        if (!isPartial)
        {
            await WriteLimitedAsync("\n"u8.ToArray(), ct);
        }
        _insideLine = isPartial;
        return _bytesLeft > 0;
    }

    private bool Select(ReadOnlySpan<byte> line, out int timeLength, out Range content, out bool isPartial)
    {
        timeLength = 0;
        content = default;
        isPartial = false;
        if (!LogEntry.TryParse(line, out var entry)
            || (query.Stream is { } stream && stream != entry.Stream)
            || (query.Since is { } since && entry.ParseTime() < since))
        {
            return false;
        }
        timeLength = entry.Time.Length;
        var end = line.Length - (line is [.., (byte)'\n'] ? 1 : 0);
        content = (end - entry.Content.Length)..end;
        isPartial = entry.IsPartial;
        return true;
    }

    private async ValueTask WriteLimitedAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (bytes.Length > _bytesLeft)
        {
            bytes = bytes[..(int)_bytesLeft];
        }
        _bytesLeft -= bytes.Length;
        if (!bytes.IsEmpty)
        {
            await output.WriteAsync(bytes, ct);
        }
    }
}
