using System.Buffers.Binary;
using System.Text;

namespace Navarch.Cluster.Images;

/// <summary>
/// What a 64-bit little-endian ELF file needs to run: its loader and its libraries. Read from the file itself; `ldd` would
/// run the program's loader and is not on every machine.
/// </summary>
internal sealed record ElfFile(string? Interpreter, IReadOnlyList<string> Needed, IReadOnlyList<string> RunPath)
{
    private const uint Load = 1;
    private const uint Dynamic = 2;
    private const uint Interp = 3;

    private const long TagNeeded = 1;
    private const long TagStringTable = 5;
    private const long TagRPath = 15;
    private const long TagRunPath = 29;

    /// <summary>Parses the file, or returns null where it is no such ELF file: a script, data.</summary>
    public static ElfFile? TryParse(ReadOnlySpan<byte> elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7F || !elf[1..4].SequenceEqual("ELF"u8) || elf[4] != 2 || elf[5] != 1)
        {
            return null;
        }

        try
        {
            return Parse(elf);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // Offsets that point outside: truncated or forged.
        }
    }

    private static ElfFile Parse(ReadOnlySpan<byte> elf)
    {
        var tableOffset = (int)U64(elf, 32);
        int entrySize = U16(elf, 54);
        int count = U16(elf, 56);
        string? interpreter = null;
        var dynamic = (Offset: 0, Size: 0);
        var segments = new List<(long Address, long Offset, long Size)>();
        for (var i = 0; i < count; i++)
        {
            var header = elf.Slice(tableOffset + i * entrySize, 56);
            var (offset, address, size) = ((int)U64(header, 8), U64(header, 16), (int)U64(header, 32));
            switch (BinaryPrimitives.ReadUInt32LittleEndian(header))
            {
                case Load:
                    segments.Add((address, offset, size));
                    break;
                case Dynamic:
                    dynamic = (offset, size);
                    break;
                case Interp:
                    interpreter = Text(elf, offset);
                    break;
                default:
                    break;
            }
        }

        var needed = new List<long>();
        var runPath = new List<long>();
        var strings = 0L;
        for (var at = dynamic.Offset; at < dynamic.Offset + dynamic.Size; at += 16)
        {
            var value = U64(elf, at + 8);
            switch (U64(elf, at))
            {
                case TagNeeded:
                    needed.Add(value);
                    break;
                case TagRPath or TagRunPath:
                    runPath.Add(value);
                    break;
                case TagStringTable:
                    strings = OffsetOf(value, segments);
                    break;
                default:
                    break;
            }
        }

        var names = new List<string>();
        foreach (var offset in needed)
        {
            names.Add(Text(elf, (int)(strings + offset)));
        }

        var paths = new List<string>();
        foreach (var offset in runPath)
        {
            paths.AddRange(Text(elf, (int)(strings + offset)).Split(':', StringSplitOptions.RemoveEmptyEntries));
        }

        return new ElfFile(interpreter, names, paths);
    }

    // The string table is given by its address in memory; the segment that is loaded there says where it lies in the file.
    private static long OffsetOf(long address, List<(long Address, long Offset, long Size)> segments)
    {
        foreach (var segment in segments)
        {
            if (address >= segment.Address && address < segment.Address + segment.Size)
            {
                return address - segment.Address + segment.Offset;
            }
        }

        return address;
    }

    private static string Text(ReadOnlySpan<byte> elf, int offset)
    {
        var rest = elf[offset..];
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static long U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadInt64LittleEndian(bytes[offset..]);
}
