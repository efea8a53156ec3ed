using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Navarch.Network.Netlink;

/// <summary>
/// A conversation with one subsystem of the kernel, in the network namespace of the thread that opened it
/// (see <see cref="NetworkNamespace"/>). Not for use by two threads at a time.
/// </summary>
/// <remarks>
/// Calls block, but only on the kernel's own work: a netlink request is carried out within <c>send</c>, and its answer is
/// in the receive queue when that returns.
/// </remarks>
internal sealed class NetlinkSocket : IDisposable
{
    public const int Route = 0;
    public const int Netfilter = 12;

    private const int FamilyNetlink = 16;
    private const int TypeRawCloseOnExec = 3 | 0x80000;
    private const int LevelSocket = 1;
    private const int SendBufferForce = 32;
    private const int ReceiveBufferForce = 33;
    private const int LevelNetlink = 270;
    private const int OptionCapAck = 10;
    private const int OptionExtendedAck = 11;

    private const ushort TypeError = 2;
    private const ushort TypeDone = 3;
    private const ushort FlagCapped = 0x100;
    private const ushort FlagAckTlvs = 0x200;
    private const ushort AckMessage = 1;

    private const int ErrorInterrupted = 4;

    // Room for the answers of one request. A dump's blocks are at most 32 KB, errors are capped.
    private const int ReceiveBytes = 64 * 1024;

    private readonly int descriptor;
    private readonly byte[] received = new byte[ReceiveBytes];
    private int sendBufferBytes = 256 * 1024;
    private uint sequence;

    public NetlinkSocket(int subsystem)
    {
        descriptor = Libc.Socket(FamilyNetlink, TypeRawCloseOnExec, subsystem);
        if (descriptor < 0)
        {
            throw new NetlinkException(Marshal.GetLastPInvokeError(), $"Cannot open a netlink socket (subsystem {subsystem})");
        }
        Span<byte> address = stackalloc byte[12];
        address.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(address, FamilyNetlink);
        if (Libc.Bind(descriptor, address, address.Length) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            Dispose();
            throw new NetlinkException(error, "Cannot bind a netlink socket");
        }

        // Without the payload of the refused request an error always fits; with the extended acknowledgement it has words.
        // Both are best effort: an old kernel only gives poorer messages.
        Set(LevelNetlink, OptionCapAck, 1);
        Set(LevelNetlink, OptionExtendedAck, 1);
        Set(LevelSocket, ReceiveBufferForce, 1 << 20);
        Set(LevelSocket, SendBufferForce, sendBufferBytes);
    }

    /// <summary>Opens a socket in the namespace at <paramref name="namespacePath"/>, or the caller's if null.</summary>
    public static NetlinkSocket Open(int subsystem, string? namespacePath) =>
        NetworkNamespace.Run(namespacePath, () => new NetlinkSocket(subsystem));

    public uint NextSequence() => ++sequence;

    /// <summary>Sends one message and waits for its acknowledgement.</summary>
    /// <exception cref="NetlinkException">The kernel refused it.</exception>
    public void Execute(NetlinkWriter request, string what)
    {
        Send(request.Written, what);
        AwaitAck(sequence, sequence, _ => what);
    }

    /// <summary>
    /// Sends a batch, whose last message asks for an acknowledgement and has the number <paramref name="last"/>. The first
    /// refusal is thrown: of a message, which <paramref name="describe"/> names by its number, or of all as a whole, which
    /// the kernel answers under the number of what opens the batch, <paramref name="first"/>.
    /// </summary>
    public void ExecuteBatch(ReadOnlySpan<byte> batch, uint first, uint last, Func<uint, string> describe)
    {
        Send(batch, "A netlink batch");
        AwaitAck(first, last, describe);
    }

    /// <summary>Sends a dump request and hands every answer's type and body to <paramref name="each"/>.</summary>
    public void Dump(NetlinkWriter request, string what, DumpedMessage each)
    {
        Send(request.Written, what);
        while (true)
        {
            var rest = Receive(what);
            while (TryTake(ref rest, out var type, out _, out var number, out var body))
            {
                if (number != sequence)
                {
                    continue; // The rest of an older answer that nobody waited for.
                }
                if (type is TypeDone or TypeError)
                {
                    var error = body.Length >= 4 ? -BinaryPrimitives.ReadInt32LittleEndian(body) : 0;
                    if (error > 0)
                    {
                        throw new NetlinkException(error, what);
                    }
                    return;
                }
                each(type, body);
            }
        }
    }

    public void Dispose() => _ = Libc.Close(descriptor);

    private void Send(ReadOnlySpan<byte> bytes, string what)
    {
        if (bytes.Length > sendBufferBytes / 2)
        {
            // One transaction is one datagram, however large; the kernel refuses what exceeds the buffer (EMSGSIZE).
            sendBufferBytes = checked(bytes.Length * 2);
            Set(LevelSocket, SendBufferForce, sendBufferBytes);
        }
        while (Libc.Send(descriptor, bytes, bytes.Length, 0) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != ErrorInterrupted)
            {
                throw new NetlinkException(error, $"{what} ({bytes.Length} bytes) could not be sent");
            }
        }
    }

    private void AwaitAck(uint first, uint last, Func<uint, string> describe)
    {
        NetlinkException? refusal = null;
        while (true)
        {
            var rest = Receive(describe(last));
            while (TryTake(ref rest, out var type, out var flags, out var number, out var body))
            {
                if (type != TypeError || body.Length < 4)
                {
                    continue;
                }
                var error = -BinaryPrimitives.ReadInt32LittleEndian(body);
                if (error > 0)
                {
                    refusal ??= new NetlinkException(error, describe(number) + Words(flags, body));
                }
                if (number == last || (error > 0 && number == first))
                {
                    if (refusal is not null)
                    {
                        throw refusal;
                    }
                    return;
                }
            }
        }
    }

    /// <summary>What the kernel says in words about a refusal, if it says anything.</summary>
    private static string Words(ushort flags, ReadOnlySpan<byte> body)
    {
        const int ErrorBytes = 4 + NetlinkWriter.HeaderBytes;
        if ((flags & FlagAckTlvs) == 0 || (flags & FlagCapped) == 0 || body.Length < ErrorBytes)
        {
            return "";
        }
        var text = NetlinkAttributes.Find(body[ErrorBytes..], AckMessage);
        return text.IsEmpty ? "" : $" ({System.Text.Encoding.ASCII.GetString(text.TrimEnd((byte)0))})";
    }

    private ReadOnlySpan<byte> Receive(string what)
    {
        while (true)
        {
            var bytes = Libc.Receive(descriptor, received, received.Length, 0);
            if (bytes >= 0)
            {
                return received.AsSpan(0, (int)bytes);
            }
            var error = Marshal.GetLastPInvokeError();
            if (error != ErrorInterrupted)
            {
                throw new NetlinkException(error, $"{what}: no answer");
            }
        }
    }

    private static bool TryTake(
        ref ReadOnlySpan<byte> rest, out ushort type, out ushort flags, out uint number, out ReadOnlySpan<byte> body)
    {
        body = default;
        (type, flags, number) = (0, 0, 0);
        if (rest.Length < NetlinkWriter.HeaderBytes)
        {
            return false;
        }
        var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (length < NetlinkWriter.HeaderBytes || length > rest.Length)
        {
            return false;
        }
        type = BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]);
        flags = BinaryPrimitives.ReadUInt16LittleEndian(rest[6..]);
        number = BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]);
        body = rest[NetlinkWriter.HeaderBytes..length];
        rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        return true;
    }

    private void Set(int level, int option, int value) => _ = Libc.SetSocketOption(descriptor, level, option, in value, sizeof(int));
}

/// <summary>One answer of a dump. <paramref name="body"/> is valid during the call only.</summary>
internal delegate void DumpedMessage(ushort type, ReadOnlySpan<byte> body);
