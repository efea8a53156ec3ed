using System.Buffers;

namespace Navarch.ApiServer.Media;

/// <summary>Indents JSON for people, two blanks a level. Values keep the bytes they have.</summary>
internal static class PrettyJson
{
    public static byte[] Indent(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length * 2);
        var depth = 0;
        for (var i = 0; i < json.Length; i++)
        {
            var c = json[i];
            switch (c)
            {
                case (byte)'"':
                    var end = EndOfString(json, i);
                    output.Write(json[i..end]);
                    i = end - 1;
                    break;
                case (byte)'{' or (byte)'[':
                    output.Write([c]);
                    if (json[i + 1] == c + 2)
                    {
                        output.Write([json[++i]]);
                        break;
                    }

                    NewLine(output, ++depth);
                    break;
                case (byte)'}' or (byte)']':
                    NewLine(output, --depth);
                    output.Write([c]);
                    break;
                case (byte)',':
                    output.Write([c]);
                    NewLine(output, depth);
                    break;
                case (byte)':':
                    output.Write(": "u8);
                    break;
                case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t':
                    break;
                default:
                    output.Write([c]);
                    break;
            }
        }

        return output.WrittenSpan.ToArray();
    }

    private static int EndOfString(ReadOnlySpan<byte> json, int start)
    {
        var at = start + 1;
        while (json[at] != '"')
        {
            at += json[at] == '\\' ? 2 : 1;
        }

        return at + 1;
    }

    private static void NewLine(ArrayBufferWriter<byte> output, int depth)
    {
        var span = output.GetSpan(1 + (depth * 2));
        span[0] = (byte)'\n';
        span.Slice(1, depth * 2).Fill((byte)' ');
        output.Advance(1 + (depth * 2));
    }
}
