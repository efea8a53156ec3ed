using System.Buffers.Binary;
using System.Net;
using System.Text;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Tests;

/// <summary>A response as a client reads it: every byte must have its meaning, else reading it fails.</summary>
internal sealed class Reply
{
    private readonly byte[] message;
    private int at = Header.Bytes;

    public Reply(ReadOnlySpan<byte> bytes)
    {
        message = bytes.ToArray();
        Id = Number(0);
        Flags = Number(Header.Flags);
        QuestionBytes = message[Header.Bytes..];
        Question = Number(Header.Questions) == 1 ? $"{Name(ref at)} {Number(Move(2))} {Number(Move(2))}" : "";
        Answers = Read(Number(Header.Answers));
        Authorities = Read(Number(Header.Authorities));
        Additionals = Read(Number(Header.Additionals));
        Assert.Equal(message.Length, at);
    }

    public ushort Id { get; }

    public ushort Flags { get; }

    public int Length => message.Length;

    /// <summary>What follows the header, to the letter.</summary>
    public byte[] QuestionBytes { get; }

    /// <summary>Name in lower case, type and class.</summary>
    public string Question { get; }

    /// <summary>As <c>name ttl TYPE data</c>.</summary>
    public IReadOnlyList<string> Answers { get; }

    public IReadOnlyList<string> Authorities { get; }

    /// <summary>Without the EDNS record.</summary>
    public IReadOnlyList<string> Additionals { get; }

    /// <summary>What the server takes over UDP; null when the response has no EDNS.</summary>
    public int? Edns { get; private set; }

    public int Code => (Flags & Header.CodeMask) | (extendedCode << 4);

    public bool IsTruncated => (Flags & Header.IsTruncated) != 0;

    public bool IsAuthoritative => (Flags & Header.IsAuthoritative) != 0;

    /// <summary>The data of the answers alone.</summary>
    public IReadOnlyList<string> Data => [.. Answers.Select(answer => answer.Split(' ', 4)[3])];

    private int extendedCode;

    private List<string> Read(int count)
    {
        var records = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var owner = Name(ref at);
            Assert.True(RecordHead.TryRead(message, ref at, out var head));
            if (head.Type == RecordType.OPT)
            {
                Assert.Null(Edns);
                Edns = head.Class;
                extendedCode = (int)(head.TimeToLive >> 24);
                continue;
            }

            records.Add($"{owner} {head.TimeToLive} {Text(head)}");
        }

        return records;
    }

    private string Text(RecordHead head)
    {
        var from = head.DataAt;
        var data = message.AsSpan(head.DataAt, head.DataLength);
        return head.Type switch
        {
            RecordType.A or RecordType.AAAA => $"{(head.Type == RecordType.A ? "A" : "AAAA")} {new IPAddress(data)}",
            RecordType.CNAME => $"CNAME {Name(ref from)}",
            RecordType.PTR => $"PTR {Name(ref from)}",
            RecordType.NS => $"NS {Name(ref from)}",
            RecordType.SRV => $"SRV {Number(from)} {Number(from + 2)} {Number(from + 4)} {Name(from + 6)}",
            RecordType.SOA => $"SOA {Name(ref from)} {Name(ref from)} minimum {BinaryPrimitives.ReadUInt32BigEndian(data[^4..])}",
            RecordType.TXT => $"TXT {Encoding.ASCII.GetString(data[1..(1 + data[0])])}",
            _ => $"TYPE{head.Type} {Convert.ToHexString(data)}",
        };
    }

    private string Name(int position) => Name(ref position);

    private string Name(ref int position)
    {
        var start = position;
        Span<byte> name = stackalloc byte[WireName.BytesMax];
        Assert.True(WireName.TryRead(message, ref position, name, out var length), $"no name at {start}");
        return WireName.ToText(name[..length]);
    }

    private int Move(int bytes)
    {
        at += bytes;
        return at - bytes;
    }

    private ushort Number(int position) => BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(position));
}
