namespace Navarch.Kubelet.Logs;

/// <summary>Cuts a growing file into lines. Half a line at its end is kept until the other half has been written.</summary>
internal sealed class LineReader(Stream file)
{
    // A runtime's lines have at most 16 KiB of content. A longer one is foreign and is cut, not kept in memory.
    private const int LineLengthMax = 128 * 1024;

    private readonly byte[] _buffer = new byte[LineLengthMax];
    private int _start;
    private int _end;
    private int _searched;

    /// <summary>The next line with its line feed, valid until the next call; empty when there is none yet.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken ct)
    {
        while (true)
        {
            var feed = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                return Take(_searched + feed + 1);
            }
            _searched = _end;
            if (_end - _start == _buffer.Length)
            {
                return Take(_end);
            }
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end, _searched) = (0, _end - _start, _searched - _start);
            }
            var read = await file.ReadAsync(_buffer.AsMemory(_end), ct);
            if (read == 0)
            {
                return default;
            }
            _end += read;
        }
    }

    private ReadOnlyMemory<byte> Take(int end)
    {
        var line = _buffer.AsMemory(_start, end - _start);
        (_start, _searched) = (end, end);
        return line;
    }
}
