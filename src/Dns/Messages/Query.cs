using System.Buffers.Binary;

namespace Navarch.Dns.Messages;

/// <summary>What a client asks. One is used again and again by the loop that reads messages: nothing of it outlives the next.</summary>
internal sealed class Query
{
    /// <summary>Without EDNS a client takes no more than this over UDP.</summary>
    public const int PlainUdpBytes = 512;

    /// <summary>
    /// The most that is sent in one datagram, whatever the client says it takes: fits every link without fragments, which
    /// are lost and forged, and bounds what somebody with another's address can make this server send there.
    /// </summary>
    public const int UdpBytesMax = 1232;

    public const ushort InternetClass = 1;
    private const int LeastRecordBytes = 11;
    private const int QuestionTailBytes = 4;

    private readonly byte[] name = new byte[WireName.BytesMax];
    private readonly byte[] labelOffsets = new byte[WireName.LabelsMax];
    private int nameLength;

    public ushort Id { get; private set; }

    public ushort Flags { get; private set; }

    public ushort Type { get; private set; }

    public ushort Class { get; private set; }

    /// <summary>Where the question ends in the message; 0 when it could not be read.</summary>
    public int QuestionEnd { get; private set; }

    public bool HasEdns { get; private set; }

    public bool WantsDnssec { get; private set; }

    /// <summary>Bytes that an answer over UDP may have.</summary>
    public int UdpBytes { get; private set; }

    /// <summary>The name asked for, in lower case, to its empty label.</summary>
    public ReadOnlySpan<byte> Name => name.AsSpan(0, nameLength);

    /// <summary>Labels of the name, the empty one not counted.</summary>
    public int LabelCount { get; private set; }

    public bool ChecksDisabled => (Flags & Header.CheckingDisabled) != 0;

    /// <summary>The text of a label, counted from the left.</summary>
    public ReadOnlySpan<byte> Label(int index) => name.AsSpan(labelOffsets[index] + 1, name[labelOffsets[index]]);

    /// <summary>The labels from <paramref name="first"/> up to <paramref name="end"/>, with their lengths: a part of a name.</summary>
    public ReadOnlySpan<byte> Labels(int first, int end) => name.AsSpan(OffsetOf(first)..OffsetOf(end));

    /// <summary>The name from a label on, to its end.</summary>
    public ReadOnlySpan<byte> From(int label) => name.AsSpan(OffsetOf(label)..nameLength);

    /// <summary>Reads a message of a client.</summary>
    /// <returns>Null when there is nothing to answer: too short, or itself a response. Else what to answer, unless NoError, at once.</returns>
    public ResponseCode? Read(ReadOnlySpan<byte> message)
    {
        (QuestionEnd, HasEdns, WantsDnssec, UdpBytes, nameLength, LabelCount) = (0, false, false, PlainUdpBytes, 0, 0);
        if (message.Length < Header.Bytes)
        {
            return null;
        }

        Id = BinaryPrimitives.ReadUInt16BigEndian(message);
        Flags = BinaryPrimitives.ReadUInt16BigEndian(message[Header.Flags..]);
        if ((Flags & Header.IsResponse) != 0)
        {
            return null; // Two servers that answer each other's answers never end.
        }

        if (Header.OpcodeOf(Flags) != 0)
        {
            return ResponseCode.NotImplemented;
        }

        if (Count(message, Header.Questions) != 1)
        {
            return ResponseCode.FormatError;
        }

        var at = Header.Bytes;
        if (!WireName.TryRead(message, ref at, name, out nameLength)
            || at - Header.Bytes != nameLength // A pointer, where there is nothing yet to point at.
            || message.Length - at < QuestionTailBytes)
        {
            nameLength = 0;
            return ResponseCode.FormatError;
        }

        Type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        Class = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
        QuestionEnd = at + QuestionTailBytes;
        FindLabels();
        return ReadRecords(message, QuestionEnd);
    }

    private ResponseCode ReadRecords(ReadOnlySpan<byte> message, int at)
    {
        var before = Count(message, Header.Answers) + Count(message, Header.Authorities);
        var all = before + Count(message, Header.Additionals);
        if (all > (message.Length - at) / LeastRecordBytes)
        {
            return ResponseCode.FormatError;
        }

        var version = 0;
        for (var i = 0; i < all; i++)
        {
            var owner = message[at];
            if (!WireName.TrySkip(message, ref at) || !RecordHead.TryRead(message, ref at, out var record))
            {
                return ResponseCode.FormatError;
            }

            if (record.Type != RecordType.OPT || i < before)
            {
                continue;
            }

            if (HasEdns || owner != 0)
            {
                return ResponseCode.FormatError; // There is at most one, of the root.
            }

            HasEdns = true;
            UdpBytes = Math.Clamp((int)record.Class, PlainUdpBytes, UdpBytesMax);
            WantsDnssec = (record.TimeToLive & Edns.DnssecOk) != 0;
            version = (int)((record.TimeToLive >> 16) & 0xff);
        }

        return version == 0 ? ResponseCode.NoError : ResponseCode.BadVersion;
    }

    private void FindLabels()
    {
        for (var at = 0; name[at] != 0; at += name[at] + 1)
        {
            labelOffsets[LabelCount++] = (byte)at;
        }
    }

    private int OffsetOf(int label) => label == LabelCount ? nameLength - 1 : labelOffsets[label];

    private static int Count(ReadOnlySpan<byte> message, int section) => BinaryPrimitives.ReadUInt16BigEndian(message[section..]);
}
