using System.Text;

namespace Navarch.Cluster.Backup;

/// <summary>One file's header in a tar archive (POSIX ustar), as few of its fields as we need, the others always the same.</summary>
/// <param name="Bytes">Length of the content that follows, before it is filled up to whole blocks.</param>
internal readonly record struct TarHeader(string Name, long Bytes)
{
    public const int BlockBytes = 512;
    private const int NameMax = 100;
    private const int SizeAt = 124;
    private const int ChecksumAt = 148;

    /// <summary>How much of <see cref="BlockBytes"/> is empty after the content.</summary>
    public int Padding => (int)((BlockBytes - (Bytes % BlockBytes)) % BlockBytes);

    public byte[] ToBytes()
    {
        var block = new byte[BlockBytes];
        if (Name.Length is 0 or > NameMax || !Ascii.IsValid(Name))
        {
            throw new ArgumentException($"\"{Name}\" cannot be a name in an archive");
        }

        Encoding.ASCII.GetBytes(Name, block);
        Octal(block, 100, 7, 0b110_000_000); // Mode 0600: there are keys in it.
        Octal(block, 108, 7, 0);
        Octal(block, 116, 7, 0);
        Octal(block, SizeAt, 11, Bytes);
        Octal(block, 136, 11, 0);
        block[156] = (byte)'0';
        "ustar\000"u8.CopyTo(block.AsSpan(257));
        Octal(block, ChecksumAt, 6, Sum(block));
        block[ChecksumAt + 7] = (byte)' ';
        return block;
    }

    /// <summary>Null where the block is no such header.</summary>
    public static TarHeader? Parse(ReadOnlySpan<byte> block)
    {
        var end = block[..NameMax].IndexOf((byte)0);
        var name = Encoding.ASCII.GetString(block[..(end < 0 ? NameMax : end)]);
        return block.Length == BlockBytes && block[257..].StartsWith("ustar"u8) && name.Length > 0
            && Number(block.Slice(SizeAt, 11)) is { } bytes && Number(block.Slice(ChecksumAt, 6)) == Sum(block)
                ? new TarHeader(name, bytes)
                : null;
    }

    private static void Octal(byte[] block, int at, int digits, long value)
    {
        for (var i = digits - 1; i >= 0; i--, value >>= 3)
        {
            block[at + i] = (byte)('0' + (value & 7));
        }
    }

    private static long? Number(ReadOnlySpan<byte> digits)
    {
        var value = 0L;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return null;
            }

            value = (value << 3) + digit - '0';
        }

        return value;
    }

    // Of all bytes, those of the sum itself taken for blanks.
    private static long Sum(ReadOnlySpan<byte> block)
    {
        var sum = 0L;
        for (var i = 0; i < block.Length; i++)
        {
            sum += i is >= ChecksumAt and < ChecksumAt + 8 ? ' ' : block[i];
        }

        return sum;
    }
}
