using System.Buffers;
using System.Collections.Frozen;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Navarch.ApiServer.Streaming;

/// <summary>
/// Rewrites the links of an HTML page while it passes, in whatever pieces it comes. Only the values of attributes that are links change;
/// every other byte is passed on as it is, so that nothing a page contains becomes something else here. Bytes are taken for ASCII where
/// markup is concerned, which holds for all encodings of the web but UTF-16.
/// </summary>
/// <param name="locate">What a link becomes. It is given, and gives, text whose characters stand for bytes.</param>
internal sealed class HtmlLinks(Func<string, string> locate)
{
    // A longer one is passed on unread: nobody writes such tags, and a page must not fill the memory with one that does not end.
    private const int TagBytesMax = 64 * 1024;

    // Elements that contain text and no elements.
    private static readonly FrozenSet<string> Raw = FrozenSet.ToFrozenSet(["iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"]);

    // Those that upstream knows, as ELEMENT ATTRIBUTE.
    private static readonly FrozenSet<string> Links = FrozenSet.ToFrozenSet(
    [
        "a href", "applet codebase", "area href", "audio src", "base href", "blockquote cite", "body background", "button formaction", "command icon", "del cite", "embed src", "form action",
        "frame longdesc", "frame src", "head profile", "html manifest", "iframe longdesc", "iframe src", "img longdesc", "img src", "img usemap", "input formaction", "input src", "input usemap",
        "ins cite", "link href", "object classid", "object codebase", "object data", "object usemap", "q cite", "script src", "source src", "track src", "video poster", "video src",
    ]);

    private readonly List<byte> tag = [];
    private readonly List<(int Name, int NameEnd, int Value, int ValueEnd)> attributes = [];
    private State state = State.Text;
    private string raw = "";
    private string element = "";
    private bool isEndTag;
    private bool isLong;
    private byte quote;
    private int dashes;
    private (int Start, int End) name;
    private int valueStart;

    private enum State
    {
        Text,
        Open,
        RawEnd,
        Declaration,
        Comment,
        Bogus,
        TagName,
        BeforeName,
        Name,
        AfterName,
        BeforeValue,
        Quoted,
        Unquoted,
    }

    /// <summary>Passes a piece of the page on, but for a tag that has not ended.</summary>
    public void Feed(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        while (piece.Length > 0)
        {
            if (state == State.Text)
            {
                var length = piece.IndexOf((byte)'<') is >= 0 and var at ? at : piece.Length;
                output.Write(piece[..length]);
                piece = piece[length..];
                if (piece.Length == 0)
                {
                    return;
                }

                tag.Clear();
                attributes.Clear();
                (isEndTag, isLong, state) = (false, false, raw.Length > 0 ? State.RawEnd : State.Open);
                tag.Add((byte)'<');
            }
            else if (!TryTake(piece[0], output))
            {
                continue; // It is no tag: what there is of it is text, and so is the byte, unless it begins another.
            }

            piece = piece[1..];
        }
    }

    /// <summary>Passes on what is left of a page that ends within a tag.</summary>
    public void End(IBufferWriter<byte> output) => Flush(output);

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f';

    private static byte Lower(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;

    /// <returns>Whether the byte belongs to what began with the last <c>&lt;</c>.</returns>
    private bool TryTake(byte value, IBufferWriter<byte> output)
    {
        if (state is State.Open or State.RawEnd && !IsStart(value))
        {
            Flush(output);
            state = State.Text;
            return false;
        }

        tag.Add(value);
        if (state is State.Comment or State.Bogus || isLong)
        {
            Flush(output);
        }

        switch (state)
        {
            case State.Open:
                state = value switch { (byte)'!' => State.Declaration, (byte)'?' => State.Bogus, (byte)'/' => State.Open, _ => State.TagName };
                isEndTag |= value == '/';
                break;
            case State.RawEnd when tag.Count > raw.Length + 2:
                (raw, isEndTag, state) = ("", true, State.BeforeName);
                TakeInTag(value, output);
                break;
            case State.RawEnd:
                break;
            case State.Declaration:
                var isComment = tag.Count == 4 && tag[2] == '-' && value == '-';
                state = isComment ? State.Comment : value == '>' ? State.Text : tag.Count == 3 && value == '-' ? State.Declaration : State.Bogus;
                dashes = 2; // A comment may end at once.
                if (state != State.Declaration)
                {
                    Flush(output);
                }

                break;
            case State.Comment:
                state = value == '>' && dashes >= 2 ? State.Text : State.Comment;
                dashes = value == '-' ? dashes + 1 : value == '!' && dashes >= 2 ? dashes : 0;
                break;
            case State.Bogus:
                state = value == '>' ? State.Text : State.Bogus;
                break;
            default:
                TakeInTag(value, output);
                break;
        }

        if (tag.Count >= TagBytesMax)
        {
            isLong = true;
            Flush(output);
        }

        return true;
    }

    /// <summary>Whether the byte goes on what a <c>&lt;</c> began: a tag, or within an element of text the end of that.</summary>
    private bool IsStart(byte value) => state == State.RawEnd
        ? tag.Count == 1 ? value == '/' : tag.Count < raw.Length + 2 ? Lower(value) == raw[tag.Count - 2] : IsSpace(value) || value is (byte)'/' or (byte)'>'
        : Lower(value) is >= (byte)'a' and <= (byte)'z' || (tag.Count == 1 && value is (byte)'/' or (byte)'!' or (byte)'?');

    private void TakeInTag(byte value, IBufferWriter<byte> output)
    {
        var here = tag.Count - 1;
        switch (state)
        {
            case State.Quoted when value != quote:
                return;
            case State.Quoted:
                AddAttribute(here);
                state = State.BeforeName;
                return;
            case State.BeforeValue when value is (byte)'"' or (byte)'\'':
                (quote, valueStart, state) = (value, here + 1, State.Quoted);
                return;
            case State.Unquoted when IsSpace(value) || value == '>':
                AddAttribute(here);
                break;
            case State.TagName when IsSpace(value) || value is (byte)'/' or (byte)'>':
                element = isLong ? "" : Name(1, here);
                break;
            default:
                break;
        }

        if (value == '>')
        {
            EndTag(output);
            return;
        }

        switch (state)
        {
            case State.TagName when IsSpace(value) || value == '/':
            case State.Unquoted when IsSpace(value):
                state = State.BeforeName;
                break;
            case State.BeforeName or State.AfterName when !IsSpace(value) && value != '/' && !(state == State.AfterName && value == '='):
                (name, state) = ((here, here + 1), State.Name);
                break;
            case State.Name when IsSpace(value):
                state = State.AfterName;
                break;
            case State.Name or State.AfterName when value == '=':
                state = State.BeforeValue;
                break;
            case State.Name or State.AfterName when value == '/':
                state = State.BeforeName;
                break;
            case State.Name:
                name.End = here + 1;
                break;
            case State.BeforeValue when !IsSpace(value):
                (valueStart, state) = (here, State.Unquoted);
                break;
            default:
                break;
        }
    }

    private void EndTag(IBufferWriter<byte> output)
    {
        state = State.Text;
        if (!isEndTag)
        {
            raw = Raw.Contains(element) ? element : "";
            if (!isLong)
            {
                Rewrite(output);
            }
        }

        Flush(output);
    }

    private void AddAttribute(int valueEnd)
    {
        if (!isLong)
        {
            attributes.Add((name.Start, name.End, valueStart, valueEnd));
        }
    }

    /// <summary>Writes the tag with its links rewritten.</summary>
    private void Rewrite(IBufferWriter<byte> output)
    {
        var bytes = CollectionsMarshal.AsSpan(tag);
        var written = 0;
        foreach (var (start, end, value, valueEnd) in attributes)
        {
            if (Links.Contains($"{element} {Name(start, end)}"))
            {
                output.Write(bytes[written..value]);
                output.Write(Encoding.Latin1.GetBytes(Located(Encoding.Latin1.GetString(bytes[value..valueEnd]))));
                written = valueEnd;
            }
        }

        output.Write(bytes[written..]);
        tag.Clear();
    }

    // References such as &amp; are left as they are: what they stand for is a part of a name, or of the query.
    private string Located(string link)
    {
        var trimmed = link.Trim(' ', '\t', '\n', '\r', '\f');
        if (trimmed.StartsWith('&') && trimmed.IndexOf(';', StringComparison.Ordinal) is var end and > 0 and < 10 && WebUtility.HtmlDecode(trimmed[..(end + 1)]) == "/")
        {
            trimmed = "/" + trimmed[(end + 1)..];
        }

        return locate(trimmed) is var located && located != trimmed ? located : link;
    }

    private string Name(int start, int end) => Encoding.Latin1.GetString(CollectionsMarshal.AsSpan(tag)[start..end]).ToLowerInvariant();

    private void Flush(IBufferWriter<byte> output)
    {
        output.Write(CollectionsMarshal.AsSpan(tag));
        tag.Clear();
    }
}
