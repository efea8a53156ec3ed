using System.Buffers.Binary;
using System.Text;
using Navarch.Network.Netlink;

namespace Navarch.Network.Nftables;

/// <summary>
/// Writes the expressions of one rule. An expression loads a register, compares one, or acts; when a comparison or a
/// lookup fails the rule ends and the next one is tried.
/// </summary>
/// <remarks>
/// Registers are numbered 0 to 15, four bytes each; wider values take consecutive ones. A rule may only read registers
/// that it loaded itself: newer kernels refuse anything else.
/// </remarks>
internal sealed class NftRule(NetlinkWriter writer)
{
    private const uint VerdictRegister = 0;
    private const uint FirstRegister = 8; // NFT_REG32_00

    private const ushort Name = 1;
    private const ushort Data = 2;
    private const ushort ListElement = 1;

    private const ushort DataValue = 1;
    private const ushort DataVerdict = 2;
    private const ushort VerdictCode = 1;
    private const ushort VerdictChain = 2;

    private const uint StateNew = 8;
    private const uint StatusDestinationTranslated = 0x20;

    public NftRule Immediate(int register, ReadOnlySpan<byte> value)
    {
        var expression = Begin("immediate", out var data);
        writer.Attribute(1, Register(register));
        Value(2, value);
        return End(expression, data);
    }

    public NftRule Load(NftPayload part, int offset, int bytes, int register)
    {
        var expression = Begin("payload", out var data);
        writer.Attribute(1, Register(register));
        writer.Attribute(2, (uint)part);
        writer.Attribute(3, (uint)offset);
        writer.Attribute(4, (uint)bytes);
        return End(expression, data);
    }

    public NftRule Load(NftMeta key, int register)
    {
        var expression = Begin("meta", out var data);
        writer.Attribute(1, Register(register));
        writer.Attribute(2, (uint)key);
        return End(expression, data);
    }

    /// <summary>Loads what the connection was before any translation.</summary>
    public NftRule LoadOriginal(NftConntrack key, int register)
    {
        var expression = Begin("ct", out var data);
        writer.Attribute(1, Register(register));
        writer.Attribute(2, (uint)key);
        writer.Attribute(3, [0]); // Direction: original.
        return End(expression, data);
    }

    public NftRule Compare(int register, NftCompare operation, ReadOnlySpan<byte> value)
    {
        var expression = Begin("cmp", out var data);
        writer.Attribute(1, Register(register));
        writer.Attribute(2, (uint)operation);
        Value(3, value);
        return End(expression, data);
    }

    public NftRule Mask(int register, ReadOnlySpan<byte> mask)
    {
        Span<byte> zero = stackalloc byte[mask.Length];
        zero.Clear();
        var expression = Begin("bitwise", out var data);
        writer.Attribute(1, Register(register));
        writer.Attribute(2, Register(register));
        writer.Attribute(3, (uint)mask.Length);
        Value(4, mask);
        Value(5, zero);
        return End(expression, data);
    }

    /// <summary>Goes on only for the first packet of a connection.</summary>
    public NftRule IfNewConnection() => IfConntrackBit(NftConntrack.State, StateNew);

    /// <summary>Goes on only if the connection's destination was translated, by whomever.</summary>
    public NftRule IfDestinationTranslated() => IfConntrackBit(NftConntrack.Status, StatusDestinationTranslated);

    /// <summary>Goes on only if the packet's destination is an address of this machine.</summary>
    public NftRule IfDestinationIsLocal(int scratch)
    {
        const uint ResultAddressType = 3;
        const uint OfDestination = 2;
        const uint Local = 2; // RTN_LOCAL
        var expression = Begin("fib", out var data);
        writer.Attribute(1, Register(scratch));
        writer.Attribute(2, ResultAddressType);
        writer.Attribute(3, OfDestination);
        return End(expression, data).Compare(scratch, NftCompare.Equal, HostOrder(Local));
    }

    public NftRule IfInterface(NftMeta name, NftCompare operation, string value, int scratch)
    {
        Span<byte> padded = stackalloc byte[16]; // IFNAMSIZ
        padded.Clear();
        Encoding.ASCII.GetBytes(value, padded);
        return Load(name, scratch).Compare(scratch, operation, padded);
    }

    public NftRule IfProtocol(byte protocol, int scratch) =>
        Load(NftMeta.L4Protocol, scratch).Compare(scratch, NftCompare.Equal, [protocol]);

    /// <summary>Goes on only if the key that starts in <paramref name="register"/> is in the set.</summary>
    public NftRule IfIn(NftSet set, int register)
    {
        var expression = Begin("lookup", out var data);
        writer.Attribute(1, set.Name);
        writer.Attribute(2, Register(register));
        return End(expression, data);
    }

    /// <summary>Loads what the map has for a key; the rule ends if it has nothing.</summary>
    public NftRule Lookup(NftSet map, int register, int into) => Lookup(map, register, Register(into));

    /// <summary>Carries out the verdict that the map has for a key.</summary>
    public NftRule LookupVerdict(NftSet map, int register) => Lookup(map, register, VerdictRegister);

    /// <summary>Changes a set from within the packet's path. Ends the rule if the set is full.</summary>
    public NftRule Change(NftDynamic operation, NftSet set, int key, TimeSpan timeout)
    {
        var expression = Begin("dynset", out var data);
        writer.Attribute(1, set.Name);
        writer.Attribute(3, (uint)operation);
        writer.Attribute(4, Register(key));
        writer.Attribute(6, (ulong)timeout.TotalMilliseconds);
        return End(expression, data);
    }

    /// <summary>Loads a random number from <paramref name="offset"/> to <paramref name="offset"/> + <paramref name="count"/> - 1.</summary>
    public NftRule Random(int count, uint offset, int register)
    {
        var expression = Begin("numgen", out var data);
        writer.Attribute(1, Register(register));
        writer.Attribute(2, (uint)count);
        writer.Attribute(3, 1u); // Random.
        writer.Attribute(4, offset);
        return End(expression, data);
    }

    public NftRule TranslateDestination(NftFamily family, int address, int port)
    {
        var expression = Begin("nat", out var data);
        writer.Attribute(1, 1u); // Destination.
        writer.Attribute(2, (uint)family);
        writer.Attribute(3, Register(address));
        writer.Attribute(4, Register(address));
        writer.Attribute(5, Register(port));
        writer.Attribute(6, Register(port));
        writer.Attribute(7, 2u); // The port is given.
        return End(expression, data);
    }

    /// <summary>Gives the connection this machine's own source address, towards where it leaves.</summary>
    public NftRule Masquerade()
    {
        // A fully random source port: without it, connections opened at the same moment on two processors race for a port.
        const uint FullyRandom = 0x10;
        var expression = Begin("masq", out var data);
        writer.Attribute(1, FullyRandom);
        return End(expression, data);
    }

    /// <summary>Keeps connection tracking from the packet, and with it every translation and every rule about connections.</summary>
    public NftRule Untracked() => End(Begin("notrack", out var data), data);

    public NftRule RejectWithTcpReset()
    {
        var expression = Begin("reject", out var data);
        writer.Attribute(1, 1u);
        writer.Attribute(2, [0]);
        return End(expression, data);
    }

    public NftRule RejectWithPortUnreachable(NftFamily family)
    {
        var expression = Begin("reject", out var data);
        writer.Attribute(1, 0u);
        writer.Attribute(2, [(byte)(family == NftFamily.IPv4 ? 3 : 4)]);
        return End(expression, data);
    }

    public NftRule Verdict(NftVerdict verdict, string? chain = null)
    {
        var expression = Begin("immediate", out var data);
        writer.Attribute(1, VerdictRegister);
        WriteVerdict(writer, 2, verdict, chain);
        return End(expression, data);
    }

    public static void WriteVerdict(NetlinkWriter writer, ushort attribute, NftVerdict verdict, string? chain)
    {
        var outer = writer.BeginNested(attribute);
        var inner = writer.BeginNested(DataVerdict);
        writer.Attribute(VerdictCode, unchecked((uint)(int)verdict));
        if (chain is not null)
        {
            writer.Attribute(VerdictChain, chain);
        }
        writer.EndNested(inner);
        writer.EndNested(outer);
    }

    private NftRule IfConntrackBit(NftConntrack key, uint bit)
    {
        var expression = Begin("ct", out var data);
        writer.Attribute(1, Register(0));
        writer.Attribute(2, (uint)key);
        End(expression, data);
        return Mask(0, HostOrder(bit)).Compare(0, NftCompare.NotEqual, HostOrder(0));
    }

    private NftRule Lookup(NftSet map, int register, uint into)
    {
        var expression = Begin("lookup", out var data);
        writer.Attribute(1, map.Name);
        writer.Attribute(2, Register(register));
        writer.Attribute(3, into);
        return End(expression, data);
    }

    private static byte[] HostOrder(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private void Value(ushort attribute, ReadOnlySpan<byte> value)
    {
        var nested = writer.BeginNested(attribute);
        writer.Attribute(DataValue, value);
        writer.EndNested(nested);
    }

    private int Begin(string name, out int data)
    {
        var expression = writer.BeginNested(ListElement);
        writer.Attribute(Name, name);
        data = writer.BeginNested(Data);
        return expression;
    }

    private NftRule End(int expression, int data)
    {
        writer.EndNested(data);
        writer.EndNested(expression);
        return this;
    }

    private static uint Register(int number) => FirstRegister + (uint)number;
}
