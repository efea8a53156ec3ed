using System.Buffers.Binary;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Tests;

/// <summary>Messages as clients send them.</summary>
internal static class Ask
{
    public const ushort Id = 0x1234;

    /// <param name="name">As it is to be sent, with its case.</param>
    /// <param name="edns">What the client takes over UDP; null for a client without EDNS.</param>
    public static byte[] For(string name, ushort type, int? edns = null, ushort id = Id, ushort @class = 1, int version = 0)
    {
        var message = new List<byte>(new byte[Header.Bytes]);
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            message.Add((byte)label.Length);
            message.AddRange(System.Text.Encoding.ASCII.GetBytes(label));
        }

        message.AddRange([0, (byte)(type >> 8), (byte)type, (byte)(@class >> 8), (byte)@class]);
        if (edns is { } bytes)
        {
            message.AddRange([0, 0, 41, (byte)(bytes >> 8), (byte)bytes, 0, (byte)version, 0, 0, 0, 0]);
        }

        var whole = message.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(whole, id);
        BinaryPrimitives.WriteUInt16BigEndian(whole.AsSpan(Header.Flags), Header.RecursionDesired);
        whole[Header.Questions + 1] = 1;
        whole[Header.Additionals + 1] = (byte)(edns is null ? 0 : 1);
        return whole;
    }
}
