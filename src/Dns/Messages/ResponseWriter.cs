using System.Buffers.Binary;

namespace Navarch.Dns.Messages;

/// <summary>Which part of a response a record belongs to, in their order.</summary>
internal enum Section
{
    Answer,
    Authority,
    Additional,
}

/// <summary>Writes a response into a buffer. What does not fit is left out, and the response says so; names are compressed.</summary>
/// <remarks>Records are written whole or not at all. Additional ones that do not fit are nobody's loss: they are left out silently.</remarks>
internal ref struct ResponseWriter
{
    // Names in a response have few different endings: the service's, the zone's.
    private const int RememberedMax = 24;
    private const int PointerTargetMax = 0x3fff;
    private const int HeadBytes = 10;

    private readonly Span<byte> buffer;
    private readonly int end;
    private readonly Query query;
    private Remembered remembered;
    private int rememberedCount;
    private int at;
    private int answers;
    private int authorities;
    private int additionals;
    private bool isTruncated;

    /// <param name="buffer">At least <see cref="Query.PlainUdpBytes"/>, and for any question to fit.</param>
    /// <param name="request">The message of <paramref name="query"/>, whose question is repeated to the letter.</param>
    /// <param name="bytesMax">What the client takes.</param>
    public ResponseWriter(Span<byte> buffer, scoped ReadOnlySpan<byte> request, Query query, int bytesMax)
    {
        this.buffer = buffer;
        this.query = query;
        end = Math.Min(buffer.Length, bytesMax) - (query.HasEdns ? Edns.Bytes : 0);
        at = Header.Bytes;
        if (query.QuestionEnd > 0)
        {
            request[Header.Bytes..query.QuestionEnd].CopyTo(buffer[at..]);
            at = query.QuestionEnd;
            Remember(query.Name, Header.Bytes);
        }
    }

    public readonly bool IsTruncated => isTruncated;

    public readonly int AnswerCount => answers;

    public void Address(Section section, scoped ReadOnlySpan<byte> owner, uint timeToLive, scoped ReadOnlySpan<byte> address) =>
        Data(section, owner, address.Length == 4 ? RecordType.A : RecordType.AAAA, timeToLive, address);

    /// <summary>A record whose data is one name: CNAME, NS, PTR.</summary>
    public void Name(Section section, scoped ReadOnlySpan<byte> owner, ushort type, uint timeToLive, scoped ReadOnlySpan<byte> target)
    {
        var start = at;
        var fits = TryHead(owner, type, timeToLive, out var lengthAt) && TryName(target, compressed: true);
        End(section, start, lengthAt, fits);
    }

    /// <summary>SRV: its name is not compressed, as its RFC (2782) asks.</summary>
    public void Server(scoped ReadOnlySpan<byte> owner, uint timeToLive, ushort weight, ushort port, scoped ReadOnlySpan<byte> target)
    {
        var start = at;
        var fits = TryHead(owner, RecordType.SRV, timeToLive, out var lengthAt) && TryServer(weight, port) && TryName(target, compressed: false);
        End(Section.Answer, start, lengthAt, fits);
    }

    public void Start(Section section, scoped ReadOnlySpan<byte> owner, uint timeToLive, StartOfAuthority authority)
    {
        var start = at;
        var fits = TryHead(owner, RecordType.SOA, timeToLive, out var lengthAt)
            && TryName(authority.Server, compressed: true) && TryName(authority.Mailbox, compressed: true)
            && TryNumbers(authority.Serial, authority.RefreshSeconds, authority.RetrySeconds, authority.ExpireSeconds, authority.NegativeSeconds);
        End(section, start, lengthAt, fits);
    }

    public void Data(Section section, scoped ReadOnlySpan<byte> owner, ushort type, uint timeToLive, scoped ReadOnlySpan<byte> data)
    {
        var start = at;
        var fits = TryHead(owner, type, timeToLive, out var lengthAt) && TryBytes(data);
        End(section, start, lengthAt, fits);
    }

    /// <summary>Writes what goes around the records, and gives the length of the response.</summary>
    public int Finish(ResponseCode code, bool isAuthoritative)
    {
        if (query.HasEdns)
        {
            Edns.Write(buffer[at..], Query.UdpBytesMax, code, query.WantsDnssec);
            at += Edns.Bytes;
            additionals++;
        }

        var flags = Header.IsResponse | Header.RecursionAvailable
            | (query.Flags & (Header.RecursionDesired | Header.CheckingDisabled | 0x7800))
            | (isAuthoritative ? Header.IsAuthoritative : 0)
            | (isTruncated ? Header.IsTruncated : 0)
            | ((int)code & Header.CodeMask);
        BinaryPrimitives.WriteUInt16BigEndian(buffer, query.Id);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[Header.Flags..], (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[Header.Questions..], (ushort)(query.QuestionEnd > 0 ? 1 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(buffer[Header.Answers..], (ushort)answers);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[Header.Authorities..], (ushort)authorities);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[Header.Additionals..], (ushort)additionals);
        return at;
    }

    private bool TryHead(scoped ReadOnlySpan<byte> owner, ushort type, uint timeToLive, out int lengthAt)
    {
        lengthAt = 0;
        if (!TryName(owner, compressed: true) || at + HeadBytes > end)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(buffer[at..], type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(at + 2)..], Query.InternetClass);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[(at + 4)..], timeToLive);
        lengthAt = at + 8;
        at += HeadBytes;
        return true;
    }

    private void End(Section section, int start, int lengthAt, bool fits)
    {
        if (!fits)
        {
            at = start;
            while (rememberedCount > 0 && remembered[rememberedCount - 1] >= start)
            {
                rememberedCount--;
            }

            isTruncated |= section != Section.Additional;
            return;
        }

        BinaryPrimitives.WriteUInt16BigEndian(buffer[lengthAt..], (ushort)(at - lengthAt - 2));
        switch (section)
        {
            case Section.Answer:
                answers++;
                break;
            case Section.Authority:
                authorities++;
                break;
            default:
                additionals++;
                break;
        }
    }

    private bool TryName(scoped ReadOnlySpan<byte> name, bool compressed)
    {
        var start = at;
        for (var from = 0; name[from] != 0; from += name[from] + 1)
        {
            if (compressed && Find(name[from..]) is var found and >= 0)
            {
                if (at + 2 > end)
                {
                    return false;
                }

                BinaryPrimitives.WriteUInt16BigEndian(buffer[at..], (ushort)(0xc000 | found));
                at += 2;
                Remember(name[..from], start);
                return true;
            }

            var label = name.Slice(from, name[from] + 1);
            if (at + label.Length > end)
            {
                return false;
            }

            label.CopyTo(buffer[at..]);
            at += label.Length;
        }

        if (at >= end)
        {
            return false;
        }

        buffer[at++] = 0;
        Remember(name, start);
        return true;
    }

    private void Remember(scoped ReadOnlySpan<byte> labels, int offset)
    {
        for (var from = 0; from < labels.Length && labels[from] != 0 && rememberedCount < RememberedMax; from += labels[from] + 1)
        {
            if (offset + from <= PointerTargetMax)
            {
                remembered[rememberedCount++] = (ushort)(offset + from);
            }
        }
    }

    private readonly int Find(scoped ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < rememberedCount; i++)
        {
            if (IsAt(remembered[i], name))
            {
                return remembered[i];
            }
        }

        return -1;
    }

    /// <summary>Whether what was written at <paramref name="position"/> is the name, in whatever case the client wrote it.</summary>
    private readonly bool IsAt(int position, scoped ReadOnlySpan<byte> name)
    {
        while (true)
        {
            if ((buffer[position] & 0xc0) == 0xc0)
            {
                position = ((buffer[position] & 0x3f) << 8) | buffer[position + 1];
                continue;
            }

            var length = name[0];
            if (buffer[position] != length)
            {
                return false;
            }

            if (length == 0)
            {
                return true;
            }

            if (!System.Text.Ascii.EqualsIgnoreCase(buffer.Slice(position + 1, length), name.Slice(1, length))
                && !buffer.Slice(position + 1, length).SequenceEqual(name.Slice(1, length)))
            {
                return false;
            }

            position += length + 1;
            name = name[(length + 1)..];
        }
    }

    private bool TryServer(ushort weight, ushort port)
    {
        if (at + 6 > end)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(buffer[at..], 0); // Priority: all are equal.
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(at + 2)..], weight);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(at + 4)..], port);
        at += 6;
        return true;
    }

    private bool TryNumbers(params ReadOnlySpan<uint> numbers)
    {
        if (at + (4 * numbers.Length) > end)
        {
            return false;
        }

        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteUInt32BigEndian(buffer[at..], number);
            at += 4;
        }

        return true;
    }

    private bool TryBytes(scoped ReadOnlySpan<byte> data)
    {
        if (at + data.Length > end)
        {
            return false;
        }

        data.CopyTo(buffer[at..]);
        at += data.Length;
        return true;
    }

    [System.Runtime.CompilerServices.InlineArray(RememberedMax)]
    private struct Remembered
    {
        private ushort first;
    }
}

/// <summary>Who answers for a zone, and for how long it may be remembered that there is no such name.</summary>
internal sealed record StartOfAuthority(byte[] Server, byte[] Mailbox, uint Serial, uint NegativeSeconds)
{
    // What secondary servers go by, of which there are none; the values that people know from other servers.
    public uint RefreshSeconds => 7200;

    public uint RetrySeconds => 1800;

    public uint ExpireSeconds => 86_400;
}
