using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Forwarding;

/// <summary>Asks one server one question.</summary>
/// <remarks>
/// Whoever wants to slip in an answer has to guess the id and the port, both of which are new for each question, and to come
/// from the server's address: the kernel lets nothing else through to a connected socket. Whoever tries often moves the
/// question to TCP, where guessing is hopeless.
/// </remarks>
internal static class Exchange
{
    private const int WrongAnswersMax = 8;

    /// <param name="question">Name, type and class.</param>
    /// <returns>Null when the server answers nothing of use.</returns>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">It does not answer in time.</exception>
    public static async Task<UpstreamAnswer?> AskAsync(IPEndPoint server, ReadOnlyMemory<byte> question, bool wantsDnssec, bool checksDisabled, CancellationToken ct)
    {
        var message = Message(question.Span, wantsDnssec, checksDisabled, out var id);
        using (var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp))
        {
            await socket.ConnectAsync(server, ct);
            await socket.SendAsync(message, SocketFlags.None, ct);
            var buffer = ArrayPool<byte>.Shared.Rent(Query.UdpBytesMax * 4); // Servers that ignore what was asked for, too.
            try
            {
                for (var wrong = 0; wrong < WrongAnswersMax; wrong++)
                {
                    var received = await socket.ReceiveAsync(buffer, SocketFlags.None, ct);
                    if (UpstreamAnswer.TryRead(buffer.AsSpan(0, received), id, question.Span) is { } answer)
                    {
                        if (answer.IsTruncated)
                        {
                            break;
                        }

                        return answer;
                    }
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        return await AskByTcpAsync(server, message, id, question, ct);
    }

    private static async Task<UpstreamAnswer?> AskByTcpAsync(IPEndPoint server, byte[] message, ushort id, ReadOnlyMemory<byte> question, CancellationToken ct)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, ct);
        await using var stream = new NetworkStream(socket);
        var framed = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed, 2);
        await stream.WriteAsync(framed, ct);
        var buffer = ArrayPool<byte>.Shared.Rent(ushort.MaxValue);
        try
        {
            await stream.ReadExactlyAsync(buffer.AsMemory(0, 2), ct);
            var length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
            await stream.ReadExactlyAsync(buffer.AsMemory(0, length), ct);
            return UpstreamAnswer.TryRead(buffer.AsSpan(0, length), id, question.Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Message(ReadOnlySpan<byte> question, bool wantsDnssec, bool checksDisabled, out ushort id)
    {
        var message = new byte[Header.Bytes + question.Length + Edns.Bytes];
        RandomNumberGenerator.Fill(message.AsSpan(0, 2));
        id = BinaryPrimitives.ReadUInt16BigEndian(message);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(Header.Flags), (ushort)(Header.RecursionDesired | (checksDisabled ? Header.CheckingDisabled : 0)));
        message[Header.Questions + 1] = 1;
        message[Header.Additionals + 1] = 1;
        question.CopyTo(message.AsSpan(Header.Bytes));
        Edns.Write(message.AsSpan(Header.Bytes + question.Length), Query.UdpBytesMax, ResponseCode.NoError, wantsDnssec);
        return message;
    }
}
