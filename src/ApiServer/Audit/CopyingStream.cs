namespace Navarch.ApiServer.Audit;

/// <summary>Passes an answer on and keeps a copy, up to a bound: beyond, there is no copy.</summary>
internal sealed class CopyingStream(Stream inner) : Stream
{
    private const int BytesMax = 8 << 20;

    private MemoryStream? copy = new();

    /// <summary>What was written; empty where it was too much.</summary>
    public ReadOnlyMemory<byte> Copy => copy is null ? default : copy.GetBuffer().AsMemory(0, (int)copy.Length);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count)
    {
        Keep(buffer.AsSpan(offset, count));
        inner.Write(buffer, offset, count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Keep(buffer.Span);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (copy is not null && copy.Length + bytes.Length > BytesMax)
        {
            copy = null;
        }

        copy?.Write(bytes);
    }
}
