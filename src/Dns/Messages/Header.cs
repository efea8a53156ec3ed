namespace Navarch.Dns.Messages;

/// <summary>The twelve bytes that every message begins with: id, flags, and the number of records in each of four sections.</summary>
internal static class Header
{
    public const int Bytes = 12;

    public const int Id = 0;
    public const int Flags = 2;
    public const int Questions = 4;
    public const int Answers = 6;
    public const int Authorities = 8;
    public const int Additionals = 10;

    public const ushort IsResponse = 0x8000;
    public const ushort IsAuthoritative = 0x0400;
    public const ushort IsTruncated = 0x0200;
    public const ushort RecursionDesired = 0x0100;
    public const ushort RecursionAvailable = 0x0080;
    public const ushort CheckingDisabled = 0x0010;
    public const ushort CodeMask = 0x000f;

    public static int OpcodeOf(ushort flags) => (flags >> 11) & 0xf;
}
