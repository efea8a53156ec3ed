using System.Buffers.Binary;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Forwarding;

/// <summary>The answer of another server, checked from end to end, without its EDNS record: ready to be told on, and kept.</summary>
/// <param name="Message">With the id, flags and question of who asked first; each asker gets its own.</param>
/// <param name="TimesToLive">Where in the message the times to live are.</param>
/// <param name="Seconds">How long it may be kept; 0 not at all.</param>
internal sealed record UpstreamAnswer(byte[] Message, ushort[] TimesToLive, int QuestionEnd, uint Seconds)
{
    // Names that move are found soon again; what is remembered as missing, even sooner: people look for what they just made.
    private const uint SecondsMax = 300;
    private const uint NegativeSecondsMax = 30;

    // The answers that follow each other in one second ask once.
    private const uint SecondsMin = 1;

    private const int CodeServerFailure = (int)ResponseCode.ServerFailure;

    public ResponseCode Code => (ResponseCode)(Message[3] & Header.CodeMask);

    public bool IsTruncated => (Message[2] & (Header.IsTruncated >> 8)) != 0;

    /// <summary>Null for what is no answer to the question, or is broken.</summary>
    /// <param name="question">Name, type and class as they were sent.</param>
    public static UpstreamAnswer? TryRead(ReadOnlySpan<byte> message, ushort id, ReadOnlySpan<byte> question)
    {
        var questionEnd = Header.Bytes + question.Length;
        if (message.Length < questionEnd
            || BinaryPrimitives.ReadUInt16BigEndian(message) != id
            || (BinaryPrimitives.ReadUInt16BigEndian(message[Header.Flags..]) & (Header.IsResponse | 0x7800)) != Header.IsResponse
            || Count(message, Header.Questions) != 1
            || !message[Header.Bytes..questionEnd].SequenceEqual(question))
        {
            return null;
        }

        var isTruncated = (message[2] & (Header.IsTruncated >> 8)) != 0;
        var (answers, authorities, additionals) = (Count(message, Header.Answers), Count(message, Header.Authorities), Count(message, Header.Additionals));
        var all = answers + authorities + additionals;
        var times = new List<ushort>();
        var (at, end, kept) = (questionEnd, message.Length, all);
        var (least, negative, extendedCode) = (SecondsMax, 0u, 0);
        for (var i = 0; i < all; i++)
        {
            var start = at;
            if (!WireName.TrySkip(message, ref at) || !RecordHead.TryRead(message, ref at, out var record) || start > ushort.MaxValue - 64)
            {
                if (!isTruncated)
                {
                    return null;
                }

                // Cut within a record: it is asked for again in any case.
                return new(message[..questionEnd].ToArray(), [], questionEnd, 0);
            }

            if (record.Type == RecordType.OPT && i >= answers + authorities)
            {
                // What follows would move, and with it what names point at: additional records are only a courtesy.
                extendedCode = (int)(record.TimeToLive >> 24);
                (end, kept) = (start, i);
                break;
            }

            times.Add((ushort)record.TimeToLiveAt);
            least = Math.Min(least, Math.Max(record.TimeToLive > int.MaxValue ? 0 : record.TimeToLive, SecondsMin));
            if (record.Type == RecordType.SOA && i >= answers && i < answers + authorities && record.DataLength >= 4)
            {
                var minimum = BinaryPrimitives.ReadUInt32BigEndian(message[(record.DataAt + record.DataLength - 4)..]);
                negative = Math.Clamp(Math.Min(record.TimeToLive, minimum), SecondsMin, NegativeSecondsMax);
            }
        }

        if (kept == all)
        {
            end = at; // Nothing is behind the last record.
        }

        var copy = message[..end].ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(Header.Additionals), (ushort)Math.Max(0, kept - answers - authorities));
        if (extendedCode != 0)
        {
            copy[3] = (byte)((copy[3] & ~Header.CodeMask) | CodeServerFailure); // The client may not speak EDNS, and could not see it.
        }

        var code = copy[3] & Header.CodeMask;
        var seconds = isTruncated || code is not ((int)ResponseCode.NoError or (int)ResponseCode.NoSuchName) ? 0
            : answers > 0 && code == (int)ResponseCode.NoError ? least : negative;
        return new(copy, [.. times], questionEnd, seconds);
    }

    /// <summary>Writes the answer for one asker.</summary>
    /// <param name="request">Its message, whose question is repeated to the letter.</param>
    /// <param name="age">Seconds since the answer came.</param>
    /// <param name="bytesMax">What it takes; more than that is left out, and the asker told to come by TCP.</param>
    public int WriteTo(Span<byte> buffer, ReadOnlySpan<byte> request, Query query, uint age, int bytesMax)
    {
        var edns = query.HasEdns ? Edns.Bytes : 0;
        var fits = Message.Length + edns <= Math.Min(bytesMax, buffer.Length);
        var length = fits ? Message.Length : QuestionEnd;
        Message.AsSpan(0, length).CopyTo(buffer);
        request[Header.Bytes..query.QuestionEnd].CopyTo(buffer[Header.Bytes..]);
        BinaryPrimitives.WriteUInt16BigEndian(buffer, query.Id);
        var flags = BinaryPrimitives.ReadUInt16BigEndian(buffer[Header.Flags..]);
        flags &= unchecked((ushort)~(Header.IsAuthoritative | Header.RecursionDesired | Header.IsTruncated | Header.CheckingDisabled));
        flags |= (ushort)(Header.RecursionAvailable | (query.Flags & (Header.RecursionDesired | Header.CheckingDisabled)) | (fits && !IsTruncated ? 0 : Header.IsTruncated));
        BinaryPrimitives.WriteUInt16BigEndian(buffer[Header.Flags..], flags);
        if (!fits)
        {
            buffer.Slice(Header.Answers, 6).Clear();
        }
        else if (age > 0)
        {
            foreach (var at in TimesToLive)
            {
                var left = BinaryPrimitives.ReadUInt32BigEndian(buffer[at..]);
                BinaryPrimitives.WriteUInt32BigEndian(buffer[at..], left > age ? left - age : 0);
            }
        }

        if (edns > 0)
        {
            Edns.Write(buffer[length..], Query.UdpBytesMax, ResponseCode.NoError, query.WantsDnssec);
            BinaryPrimitives.WriteUInt16BigEndian(buffer[Header.Additionals..], (ushort)(Count(buffer, Header.Additionals) + 1));
        }

        return length + edns;
    }

    private static int Count(ReadOnlySpan<byte> message, int section) => BinaryPrimitives.ReadUInt16BigEndian(message[section..]);
}
