using Navarch.Network.Netlink;

namespace Navarch.Network.Nftables;

/// <summary>The name of a table: unique per family in a network namespace.</summary>
internal readonly record struct NftTable(NftFamily Family, string Name);

/// <summary>
/// Changes to one table that the kernel carries out together or not at all: no packet sees a part of them.
/// </summary>
internal sealed class NftBatch(NftTable table, NetlinkSocket socket)
{
    private const ushort BatchBegin = 0x10;
    private const ushort BatchEnd = 0x11;
    private const ushort Subsystem = 10;

    private const ushort NewTable = 0;
    private const ushort GetTable = 1;
    private const ushort DelTable = 2;
    private const ushort NewChain = 3;
    private const ushort DelChain = 5;
    private const ushort NewRule = 6;
    private const ushort DelRule = 8;
    private const ushort NewSet = 9;
    private const ushort DelSet = 11;
    private const ushort NewSetElement = 12;
    private const ushort DelSetElement = 14;

    private readonly NetlinkWriter writer = new();
    private readonly List<string> descriptions = [];
    private uint first;
    private uint last;
    private uint setId;

    public bool IsEmpty => descriptions.Count == 0;

    public int Bytes => writer.Length;

    /// <summary>Whether the kernel has the table.</summary>
    public static bool Exists(NftTable table, NetlinkSocket socket)
    {
        var request = new NetlinkWriter();
        request.Begin((Subsystem << 8) | GetTable, NetlinkWriter.Request | NetlinkWriter.Acknowledge, socket.NextSequence());
        request.Raw([(byte)table.Family, 0, 0, 0]);
        request.Attribute(1, table.Name);
        request.End();
        try
        {
            socket.Execute(request, $"nftables: get table {table.Name}");
            return true;
        }
        catch (NetlinkException e) when (e.Error == NetlinkException.NoEntry)
        {
            return false;
        }
    }

    /// <summary>Adds the table; no error if it exists.</summary>
    public NftBatch AddTable()
    {
        Begin(NewTable, NetlinkWriter.Create, $"add table {table.Name}");
        writer.Attribute(1, table.Name);
        writer.Attribute(2, 0u);
        return End();
    }

    public NftBatch DeleteTable()
    {
        Begin(DelTable, 0, $"delete table {table.Name}");
        writer.Attribute(1, table.Name);
        return End();
    }

    /// <summary>Adds a chain that is entered by verdicts only.</summary>
    public NftBatch AddChain(string name)
    {
        Begin(NewChain, NetlinkWriter.Create, $"add chain {table.Name} {name}");
        writer.Attribute(1, table.Name);
        writer.Attribute(3, name);
        return End();
    }

    /// <summary>Adds a chain that packets enter at a hook. <paramref name="type"/> is filter, nat or route.</summary>
    public NftBatch AddChain(string name, string type, NftHook hook, int priority)
    {
        Begin(NewChain, NetlinkWriter.Create, $"add {type} chain {table.Name} {name}");
        writer.Attribute(1, table.Name);
        writer.Attribute(3, name);
        var nested = writer.BeginNested(4);
        writer.Attribute(1, (uint)hook);
        writer.Attribute(2, unchecked((uint)priority));
        writer.EndNested(nested);
        writer.Attribute(5, (uint)NftVerdict.Accept); // Policy.
        writer.Attribute(7, type);
        return End();
    }

    /// <summary>Deletes a chain with its rules.</summary>
    public NftBatch DeleteChain(string name)
    {
        Begin(DelChain, 0, $"delete chain {table.Name} {name}");
        writer.Attribute(1, table.Name);
        writer.Attribute(3, name);
        return End();
    }

    /// <summary>Deletes the rules of a chain.</summary>
    public NftBatch FlushChain(string name)
    {
        Begin(DelRule, 0, $"flush chain {table.Name} {name}");
        writer.Attribute(1, table.Name);
        writer.Attribute(2, name);
        return End();
    }

    /// <summary>Appends a rule to a chain.</summary>
    public NftBatch AddRule(string chain, Action<NftRule> expressions)
    {
        const ushort Append = 0x800;
        Begin(NewRule, NetlinkWriter.Create | Append, $"add rule {table.Name} {chain}");
        writer.Attribute(1, table.Name);
        writer.Attribute(2, chain);
        var nested = writer.BeginNested(4);
        expressions(new NftRule(writer));
        writer.EndNested(nested);
        return End();
    }

    /// <summary>Puts a rule at the head of a chain, marked so that it is known again.</summary>
    public NftBatch InsertRule(string chain, ReadOnlySpan<byte> mark, Action<NftRule> expressions)
    {
        Begin(NewRule, NetlinkWriter.Create, $"insert rule {table.Name} {chain}");
        writer.Attribute(1, table.Name);
        writer.Attribute(2, chain);
        var nested = writer.BeginNested(4);
        expressions(new NftRule(writer));
        writer.EndNested(nested);
        writer.Attribute(7, mark);
        return End();
    }

    public NftBatch DeleteRule(string chain, ulong handle)
    {
        Begin(DelRule, 0, $"delete rule {table.Name} {chain} {handle}");
        writer.Attribute(1, table.Name);
        writer.Attribute(2, chain);
        writer.Attribute(3, handle);
        return End();
    }

    public NftBatch AddSet(NftSet set)
    {
        Begin(NewSet, NetlinkWriter.Create, $"add set {table.Name} {set.Name}");
        writer.Attribute(1, table.Name);
        writer.Attribute(2, set.Name);
        writer.Attribute(3, (uint)Flags(set));
        writer.Attribute(4, NftSet.TypeNumber(set.Key));
        writer.Attribute(5, (uint)set.KeyBytes);
        if (set.IsMap)
        {
            writer.Attribute(6, NftSet.TypeNumber(set.Data));
            writer.Attribute(7, (uint)(set.IsVerdictMap ? 16 : set.DataBytes));
        }
        writer.Attribute(10, ++setId);
        if (set.ElementsMax > 0)
        {
            var description = writer.BeginNested(9);
            writer.Attribute(1, set.ElementsMax);
            writer.EndNested(description);
        }
        return End();
    }

    public NftBatch DeleteSet(NftSet set)
    {
        Begin(DelSet, 0, $"delete set {table.Name} {set.Name}");
        writer.Attribute(1, table.Name);
        writer.Attribute(2, set.Name);
        return End();
    }

    public NftElements AddElements(NftSet set) => new(writer, set, () =>
        BeginElements(set, NewSetElement, NetlinkWriter.Create | NetlinkWriter.Exclusive, "add"));

    public NftElements DeleteElements(NftSet set) => new(writer, set, () => BeginElements(set, DelSetElement, 0, "delete"));

    /// <summary>Sends the batch. On an exception nothing of it was done.</summary>
    /// <exception cref="NetlinkException">The kernel refused it.</exception>
    public void Commit()
    {
        if (IsEmpty)
        {
            return;
        }
        writer.AddFlagsToLast(NetlinkWriter.Acknowledge);
        writer.Begin(BatchEnd, NetlinkWriter.Request, socket.NextSequence());
        writer.Raw([0, 0, 0, (byte)Subsystem]);
        writer.End();
        socket.ExecuteBatch(writer.Written, first - 1, last, number =>
            number - first < descriptions.Count ? $"nftables: {descriptions[(int)(number - first)]}" : "nftables: commit");
    }

    private static NftSetFlags Flags(NftSet set) =>
        (set.IsMap ? NftSetFlags.Map : 0)
        | (set.IsFilledByRules ? NftSetFlags.Timeout | NftSetFlags.ChangedByRules : 0);

    private void BeginElements(NftSet set, ushort message, ushort flags, string verb)
    {
        Begin(message, flags, $"{verb} elements of {table.Name} {set.Name}");
        writer.Attribute(1, table.Name);
        writer.Attribute(2, set.Name);
    }

    private void Begin(ushort message, ushort flags, string description)
    {
        if (descriptions.Count == 0)
        {
            writer.Begin(BatchBegin, NetlinkWriter.Request, socket.NextSequence());
            writer.Raw([0, 0, 0, (byte)Subsystem]); // Family, version, subsystem in network order.
            writer.End();
        }
        last = socket.NextSequence();
        if (descriptions.Count == 0)
        {
            first = last;
        }
        descriptions.Add(description);
        writer.Begin((ushort)((Subsystem << 8) | message), (ushort)(NetlinkWriter.Request | flags), last);
        writer.Raw([(byte)table.Family, 0, 0, 0]);
    }

    private NftBatch End()
    {
        writer.End();
        return this;
    }
}
