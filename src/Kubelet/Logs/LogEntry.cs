using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Navarch.Kubelet.Logs;

/// <summary>The streams a container writes its log to.</summary>
internal enum LogStream
{
    Stdout,
    Stderr,
}

/// <summary>
/// One line of a log file in CRI's format: <c>2026-11-21T12:00:00.000000000Z stdout F text</c>. The runtime cuts long
/// lines into partial ones (<c>P</c>), of which only the last is full (<c>F</c>).
/// </summary>
internal readonly ref struct LogEntry
{
    private LogEntry(ReadOnlySpan<byte> time, LogStream stream, bool isPartial, ReadOnlySpan<byte> content)
    {
        Time = time;
        Stream = stream;
        IsPartial = isPartial;
        Content = content;
    }

    /// <summary>As the runtime wrote it: RFC 3339 with nanoseconds, more than a DateTimeOffset holds.</summary>
    public ReadOnlySpan<byte> Time { get; }

    public LogStream Stream { get; }

    public bool IsPartial { get; }

    /// <summary>Without the line feed.</summary>
    public ReadOnlySpan<byte> Content { get; }

    /// <summary>False for what no runtime writes: a line cut by a full disk or a crash, or a foreign file.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out LogEntry entry)
    {
        entry = default;
        if (line is [.., (byte)'\n'])
        {
            line = line[..^1];
        }
        var time = Take(ref line);
        var stream = Take(ref line);
        var tags = Take(ref line);
        if (tags.IsEmpty)
        {
            tags = line; // An empty line of output may have its last blank trimmed.
            line = default;
        }
        var isStdout = stream.SequenceEqual("stdout"u8);
        if (time.Length < 20 || tags.IsEmpty || (!isStdout && !stream.SequenceEqual("stderr"u8)))
        {
            return false;
        }

        // Further tags may follow the first after a colon; none is defined.
        var partial = tags[0] == (byte)'P' && (tags.Length == 1 || tags[1] == (byte)':');
        entry = new LogEntry(time, isStdout ? LogStream.Stdout : LogStream.Stderr, partial, line);
        return true;
    }

    /// <summary>The time, or null when it is not one.</summary>
    public DateTimeOffset? ParseTime() =>
        Utf8Parser.TryParse(Time, out DateTimeOffset time, out var used, 'O') && used == Time.Length ? time
        : DateTimeOffset.TryParse(
            Encoding.UTF8.GetString(Time), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time)
            ? time
            : null;

    /// <summary>The word up to the next blank; empty when there is none.</summary>
    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> line)
    {
        var blank = line.IndexOf((byte)' ');
        if (blank <= 0)
        {
            return default;
        }
        var word = line[..blank];
        line = line[(blank + 1)..];
        return word;
    }
}
