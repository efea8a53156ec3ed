using Navarch.Dns.Messages;

namespace Navarch.Dns.Forwarding;

/// <summary>Copies what another server knows of an alias' target into a response that began with the alias.</summary>
internal static class FollowedAlias
{
    /// <param name="type">What the client asked for.</param>
    public static void Write(UpstreamAnswer answer, uint age, ushort type, ref ResponseWriter writer)
    {
        var message = answer.Message.AsSpan();
        var count = (message[Header.Answers] << 8) | message[Header.Answers + 1];
        Span<byte> owner = stackalloc byte[WireName.BytesMax];
        Span<byte> target = stackalloc byte[WireName.BytesMax];
        var at = answer.QuestionEnd;
        for (var i = 0; i < count; i++)
        {
            if (!WireName.TryRead(message, ref at, owner, out var length) || !RecordHead.TryRead(message, ref at, out var record))
            {
                return;
            }

            var left = record.TimeToLive > age ? record.TimeToLive - age : 0;
            var dataAt = record.DataAt;
            if (record.Type == RecordType.CNAME && WireName.TryRead(message, ref dataAt, target, out var targetLength))
            {
                writer.Name(Section.Answer, owner[..length], RecordType.CNAME, left, target[..targetLength]);
            }
            else if (record.Type == type && IsWhole(type, record.DataLength))
            {
                writer.Data(Section.Answer, owner[..length], type, left, message.Slice(record.DataAt, record.DataLength));
            }
        }
    }

    // Other types may have names in their data, which may point to elsewhere in the message that they came in.
    private static bool IsWhole(ushort type, int length) => type switch
    {
        RecordType.A => length == 4,
        RecordType.AAAA => length == 16,
        _ => type == RecordType.TXT && length > 0,
    };
}
