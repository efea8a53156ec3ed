using System.Text;

namespace Navarch.Machinery.Tests.OpenApi;

/// <summary>The fields of a protobuf message, without knowing what they mean.</summary>
internal sealed record ProtoFields(int Number, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public static List<ProtoFields> Read(byte[] message)
    {
        var fields = new List<ProtoFields>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    fields.Add(new ProtoFields((int)(tag >> 3), []));
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    fields.Add(new ProtoFields((int)(tag >> 3), message[at..(at + length)]));
                    at += length;
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7}");
            }
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
