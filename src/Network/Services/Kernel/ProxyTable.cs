using System.Buffers.Binary;
using Navarch.Network.Netlink;
using Navarch.Network.Nftables;

namespace Navarch.Network.Services.Kernel;

/// <summary>Carries changes of the model out in the kernel: each is one transaction, seen by packets as a whole or not at all.</summary>
internal sealed class ProxyTable(ProxyTableConfig config, NetlinkSocket socket)
{
    // The longest key: a sticky backend's, with two IPv6 addresses.
    private const int KeyBytesMax = 64;

    private readonly ProxyLayout layout = new(config);

    /// <summary>Puts the table in place of whatever has its name: after a restart nothing needs to be known of the last run.</summary>
    public void Replace(RuleTable rules)
    {
        var batch = new NftBatch(config.Table, socket);
        batch.AddTable().DeleteTable(); // Deleting what is not there is an error.
        layout.WriteTo(batch);
        AddChoices(batch, rules.Choices());
        AddEntries(batch, rules.Entries());
        batch.Commit();
    }

    public void Apply(TableChange change)
    {
        var batch = new NftBatch(config.Table, socket);
        AddChoices(batch, change.NewChoices);
        DeleteEntries(batch, change.Removed);
        AddEntries(batch, change.Added);
        DeleteChoices(batch, change.GoneChoices);
        batch.Commit();
    }

    /// <summary>Removes the table if it is there.</summary>
    public void Delete() => new NftBatch(config.Table, socket).AddTable().DeleteTable().Commit();

    private void AddChoices(NftBatch batch, IEnumerable<Choice> choices)
    {
        Span<byte> key = stackalloc byte[8];
        foreach (var choice in choices)
        {
            layout.AddChoice(batch, choice);
            ProxyLayout.WriteChoice(choice, key);
            using var elements = batch.AddElements(layout.Choices);
            if (choice.IsDrop)
            {
                elements.Add(key, NftVerdict.Drop, null);
            }
            else
            {
                elements.Add(key, NftVerdict.Goto, ProxyLayout.ChainOf(choice));
            }
        }
    }

    private void DeleteChoices(NftBatch batch, List<Choice> choices)
    {
        Span<byte> key = stackalloc byte[8];
        foreach (var choice in choices)
        {
            ProxyLayout.WriteChoice(choice, key);
            using (var elements = batch.DeleteElements(layout.Choices))
            {
                elements.Add(key);
            }
            if (!choice.IsDrop)
            {
                batch.DeleteChain(ProxyLayout.ChainOf(choice));
            }
        }
    }

    private void DeleteEntries(NftBatch batch, IEnumerable<EntryKey> keys)
    {
        Span<byte> key = stackalloc byte[KeyBytesMax];
        foreach (var set in keys.GroupBy(entry => entry.Set))
        {
            using var elements = batch.DeleteElements(layout.SetOf(set.Key));
            foreach (var entry in set)
            {
                elements.Add(key[..WriteKey(entry, key)]);
            }
        }
    }

    private void AddEntries(NftBatch batch, IEnumerable<TableEntry> entries)
    {
        Span<byte> key = stackalloc byte[KeyBytesMax];
        Span<byte> value = stackalloc byte[KeyBytesMax];
        foreach (var set in entries.GroupBy(entry => entry.Key.Set))
        {
            var kernelSet = layout.SetOf(set.Key);
            using var elements = batch.AddElements(kernelSet);
            foreach (var entry in set)
            {
                var keyBytes = WriteKey(entry.Key, key);
                if (kernelSet.IsMap)
                {
                    elements.Add(key[..keyBytes], value[..WriteValue(entry, value)]);
                }
                else
                {
                    elements.Add(key[..keyBytes]);
                }
            }
        }
    }

    /// <summary>Writes the key's fields as <see cref="ProxyLayout"/> declares them for its set; gives its length.</summary>
    private int WriteKey(in EntryKey key, Span<byte> bytes)
    {
        bytes.Clear();
        var place = 0;
        switch (key.Set)
        {
            case TableSet.OwnAddresses:
                WriteAddress(key.Address, bytes, ref place);
                break;
            case TableSet.Hairpin:
                WriteAddress(key.Address, bytes, ref place);
                WriteAddress(key.Address, bytes, ref place);
                break;
            default:
                WriteAddress(key.Frontend.Address, bytes, ref place);
                bytes[place] = (byte)key.Frontend.Transport;
                place += 4;
                WritePort(key.Frontend.Port, bytes, ref place);
                break;
        }
        if (key.Set is TableSet.Backends or TableSet.Sticky)
        {
            BitConverter.TryWriteBytes(bytes[place..], key.Index); // The processor's order, as the rules produce it.
            place += 4;
        }
        if (key.Set == TableSet.Sticky)
        {
            WriteAddress(key.Address, bytes, ref place);
            WritePort(key.Port, bytes, ref place);
        }
        return place;
    }

    private int WriteValue(in TableEntry entry, Span<byte> bytes)
    {
        bytes.Clear();
        if (entry.Key.Set != TableSet.Backends)
        {
            ProxyLayout.WriteChoice(entry.Value.Choice, bytes);
            return 8;
        }
        var place = 0;
        WriteAddress(entry.Value.Address, bytes, ref place);
        WritePort(entry.Value.Port, bytes, ref place);
        return place;
    }

    private void WriteAddress(Address address, Span<byte> bytes, ref int place)
    {
        address.WriteTo(bytes.Slice(place, layout.AddressBytes));
        place += layout.AddressBytes;
    }

    private static void WritePort(ushort port, Span<byte> bytes, ref int place)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes[place..], port);
        place += 4; // Each field takes whole registers.
    }
}
