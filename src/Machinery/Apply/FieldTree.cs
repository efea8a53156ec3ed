using System.Runtime.InteropServices;
using Navarch.Api.Json;

namespace Navarch.Machinery.Apply;

/// <summary>What a node of a <see cref="FieldTree"/> stands for.</summary>
[Flags]
internal enum FieldFlags : byte
{
    None = 0,

    /// <summary>The path is in the set.</summary>
    Member = 1,

    /// <summary>The write added or changed what lies at the path.</summary>
    Written = 2,

    /// <summary>The write removed what lay at the path.</summary>
    Removed = 4,
}

/// <summary>
/// Sets of paths in two arrays that are used again for the next write: a set is a number, that of its root. Does what
/// <see cref="FieldSet"/> does, for the path of every write, without leaving anything to collect.
/// </summary>
/// <remarks>
/// A step is kept as the bytes between its quotes, escapes and all, and siblings are sorted by them. So a set that was
/// stored is read and written without looking into its steps, and two sets are joined in one pass.
/// </remarks>
internal sealed class FieldTree
{
    private const int None = -1;

    private byte[] text = new byte[8 * 1024];
    private Node[] nodes = new Node[512];
    private int textLength;
    private int count;

    /// <summary>How much text and how many nodes there are: what <see cref="Rewind"/> goes back to.</summary>
    public (int Text, int Nodes) Mark => (textLength, count);

    public void Reset()
    {
        if (text.Length > 1024 * 1024)
        {
            (text, nodes) = (new byte[8 * 1024], new Node[512]); // One huge object must not pin its buffers for ever.
        }

        (textLength, count) = (0, 0);
    }

    /// <summary>Forgets everything made since. None of it may be linked to what was there before.</summary>
    public void Rewind((int Text, int Nodes) mark) => (textLength, count) = mark;

    public int AddText(ReadOnlySpan<byte> bytes)
    {
        var at = textLength;
        bytes.CopyTo(Room(bytes.Length));
        textLength += bytes.Length;
        return at;
    }

    /// <summary>Adds the inside of a JSON string as it stands inside another: quotes and backslashes are escaped once more.</summary>
    public void AddEscaped(ReadOnlySpan<byte> bytes)
    {
        var room = Room(bytes.Length * 2);
        var at = 0;
        foreach (var b in bytes)
        {
            if (b is (byte)'"' or (byte)'\\')
            {
                room[at++] = (byte)'\\';
            }

            room[at++] = b;
        }

        textLength += at;
    }

    public int TextLength => textLength;

    public int CompareText(int leftAt, int leftLength, int rightAt, int rightLength) =>
        text.AsSpan(leftAt, leftLength).SequenceCompareTo(text.AsSpan(rightAt, rightLength));

    public int AddNode(int stepAt, int stepLength)
    {
        if (count == nodes.Length)
        {
            Array.Resize(ref nodes, count * 2);
        }

        nodes[count] = new Node { StepAt = stepAt, StepLength = stepLength, First = None, Last = None, Next = None };
        return count++;
    }

    /// <summary>Sets flags of a node.</summary>
    public void Flag(int node, FieldFlags flags) => nodes[node].Flags |= flags;

    /// <summary>Makes the node the last child. After the last one, <see cref="Sort"/> puts them into order.</summary>
    public void Append(int parent, int child)
    {
        ref var p = ref nodes[parent];
        if (p.First == None)
        {
            p.First = child;
        }
        else
        {
            p.IsUnsorted |= Compare(p.Last, child) >= 0;
            nodes[p.Last].Next = child;
        }

        p.Last = child;
    }

    public void Sort(int parent)
    {
        if (!nodes[parent].IsUnsorted)
        {
            return;
        }

        var children = new List<int>();
        for (var child = nodes[parent].First; child != None; child = nodes[child].Next)
        {
            children.Add(child);
        }

        children.Sort(Compare);
        (nodes[parent].First, nodes[parent].Last, nodes[parent].IsUnsorted) = (None, None, false);
        var last = None;
        foreach (var child in children)
        {
            nodes[child].Next = None;
            if (last != None && Compare(last, child) == 0)
            {
                Unite(last, child, FieldFlags.Member | FieldFlags.Written | FieldFlags.Removed);
                continue;
            }

            Append(parent, child);
            last = child;
        }
    }

    /// <summary>Reads a set as it is stored, without white space.</summary>
    /// <returns>The root; -1 for text of another form.</returns>
    public int Read(ReadOnlySpan<byte> json)
    {
        var start = AddText(json);
        var at = 0;
        var root = AddNode(0, 0);
        return ReadInto(root, json, start, ref at, 0) && at == json.Length ? root : None;
    }

    /// <summary>Whether a set has anything that has one of the flags in another.</summary>
    public bool Meets(int set, int other, FieldFlags flags)
    {
        if ((nodes[set].Flags & FieldFlags.Member) != 0 && (nodes[other].Flags & flags) != 0)
        {
            return true;
        }

        var mine = nodes[set].First;
        var theirs = nodes[other].First;
        while (mine != None && theirs != None)
        {
            var order = Compare(mine, theirs);
            if (order == 0 && Meets(mine, theirs, flags))
            {
                return true;
            }

            mine = order <= 0 ? nodes[mine].Next : mine;
            theirs = order >= 0 ? nodes[theirs].Next : theirs;
        }

        return false;
    }

    /// <summary>Takes out of a set what has one of the flags in another.</summary>
    /// <returns>Whether there was anything to take.</returns>
    public bool Subtract(int from, int other, FieldFlags flags)
    {
        var isChanged = (nodes[from].Flags & FieldFlags.Member) != 0 && (nodes[other].Flags & flags) != 0;
        if (isChanged)
        {
            nodes[from].Flags &= ~FieldFlags.Member;
        }

        var before = None;
        var mine = nodes[from].First;
        var theirs = nodes[other].First;
        while (mine != None && theirs != None)
        {
            var order = Compare(mine, theirs);
            if (order > 0)
            {
                theirs = nodes[theirs].Next;
                continue;
            }

            var next = nodes[mine].Next;
            if (order == 0)
            {
                isChanged |= Subtract(mine, theirs, flags);
                theirs = nodes[theirs].Next;
            }

            if (order == 0 && IsEmpty(mine))
            {
                Unlink(from, before, next);
            }
            else
            {
                before = mine;
            }

            mine = next;
        }

        return isChanged;
    }

    /// <summary>Adds to a set, as members, what has one of the flags in another.</summary>
    /// <returns>Whether anything was new.</returns>
    public bool Unite(int into, int other, FieldFlags flags)
    {
        var added = (nodes[other].Flags & flags) != 0 ? (flags & FieldFlags.Member) != 0 ? nodes[other].Flags : FieldFlags.Member : FieldFlags.None;
        var isChanged = (nodes[into].Flags | added) != nodes[into].Flags;
        nodes[into].Flags |= added;
        var before = None;
        var mine = nodes[into].First;
        for (var theirs = nodes[other].First; theirs != None; theirs = nodes[theirs].Next)
        {
            var order = -1;
            while (mine != None && (order = Compare(mine, theirs)) < 0)
            {
                (before, mine) = (mine, nodes[mine].Next);
            }

            if (mine != None && order == 0)
            {
                isChanged |= Unite(mine, theirs, flags);
                continue;
            }

            var mark = Mark;
            var copy = AddNode(nodes[theirs].StepAt, nodes[theirs].StepLength);
            Unite(copy, theirs, flags);
            if (IsEmpty(copy))
            {
                Rewind(mark);
                continue;
            }

            nodes[copy].Next = mine;
            if (before == None)
            {
                nodes[into].First = copy;
            }
            else
            {
                nodes[before].Next = copy;
            }

            if (mine == None)
            {
                nodes[into].Last = copy;
            }

            before = copy;
            isChanged = true;
        }

        return isChanged;
    }

    public bool IsEmpty(int node) => nodes[node].First == None && (nodes[node].Flags & FieldFlags.Member) == 0;

    /// <summary>Whether the node or anything below it has the flag.</summary>
    public bool Has(int node, FieldFlags flag)
    {
        if ((nodes[node].Flags & flag) != 0)
        {
            return true;
        }

        for (var child = nodes[node].First; child != None; child = nodes[child].Next)
        {
            if (Has(child, flag))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes a set as it is stored.</summary>
    public void Write(int node, ApiWriter writer)
    {
        writer.BeginObject();
        if ((nodes[node].Flags & FieldFlags.Member) != 0 && nodes[node].First != None)
        {
            writer.Raw("\".\":{}"u8);
        }

        for (var child = nodes[node].First; child != None; child = nodes[child].Next)
        {
            writer.EscapedKey(text.AsSpan(nodes[child].StepAt, nodes[child].StepLength));
            if (nodes[child].First == None)
            {
                writer.Raw("{}"u8);
            }
            else
            {
                Write(child, writer);
            }
        }

        writer.EndObject();
    }

    private int Compare(int left, int right) =>
        CompareText(nodes[left].StepAt, nodes[left].StepLength, nodes[right].StepAt, nodes[right].StepLength);

    private void Unlink(int parent, int before, int next)
    {
        if (before == None)
        {
            nodes[parent].First = next;
        }
        else
        {
            nodes[before].Next = next;
        }

        if (next == None)
        {
            nodes[parent].Last = before;
        }
    }

    private bool ReadInto(int node, ReadOnlySpan<byte> json, int start, ref int at, int depth)
    {
        if (depth > Json.JsonNode.DepthMax || at >= json.Length || json[at++] != '{')
        {
            return false;
        }

        if (at < json.Length && json[at] == '}')
        {
            at++;
            if (depth > 0)
            {
                nodes[node].Flags |= FieldFlags.Member;
            }

            return true;
        }

        while (true)
        {
            if (at >= json.Length || json[at] != '"')
            {
                return false;
            }

            var end = JsonIndex.StringEnd(json, at);
            var (stepAt, stepLength) = (at + 1, end - at - 1);
            if (end + 1 >= json.Length || json[end + 1] != ':')
            {
                return false;
            }

            at = end + 2;
            if (stepLength == 1 && json[stepAt] == '.')
            {
                nodes[node].Flags |= FieldFlags.Member;
                if (!json[at..].StartsWith("{}"u8))
                {
                    return false;
                }

                at += 2;
            }
            else
            {
                var child = AddNode(start + stepAt, stepLength);
                if (!ReadInto(child, json, start, ref at, depth + 1))
                {
                    return false;
                }

                Append(node, child);
            }

            if (at >= json.Length)
            {
                return false;
            }

            if (json[at++] is var next && next == '}')
            {
                Sort(node);
                return true;
            }

            if (next != ',')
            {
                return false;
            }
        }
    }

    private Span<byte> Room(int length)
    {
        if (text.Length - textLength < length)
        {
            Array.Resize(ref text, Math.Max(text.Length * 2, textLength + length));
        }

        return text.AsSpan(textLength);
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Node
    {
        public int StepAt;
        public int StepLength;
        public int First;
        public int Last;
        public int Next;
        public FieldFlags Flags;
        public bool IsUnsorted;
    }
}
