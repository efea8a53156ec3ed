using System.Buffers.Binary;
using Navarch.Network.Netlink;
using Navarch.Network.Nftables;

namespace Navarch.Network.Services.Kernel;

/// <summary>Carries changes of the model out in the kernel: each is one transaction, seen by packets as a whole or not at all.</summary>
internal sealed class ProxyTable(ProxyTableConfig config, NetlinkSocket socket)
{
    // Nothing in a register file of 64 bytes is longer.
    private const int KeyBytesMax = 64;

    private readonly ProxyLayout layout = new(config);

    /// <summary>Puts the table in place of whatever has its name: after a restart nothing needs to be known of the last run.</summary>
    public void Replace(RuleTable rules)
    {
        var batch = new NftBatch(config.Table, socket);
        batch.AddTable().DeleteTable(); // Deleting what is not there is an error.
        layout.WriteTo(batch);
        AddChains(batch, rules.Choices(), rules.StickyChains());
        AddEntries(batch, rules.Entries());
        batch.Commit();
    }

    /// <summary>After an exception the model and the table differ, and <see cref="Replace"/> has to follow.</summary>
    public void Apply(TableChange change)
    {
        var batch = new NftBatch(config.Table, socket);
        AddChains(batch, change.NewChoices, change.NewSticky);
        foreach (var sticky in change.ChangedSticky)
        {
            layout.ChangeSticky(batch, sticky);
        }
        DeleteEntries(batch, change.Removed);
        AddEntries(batch, change.Added);
        foreach (var choice in change.GoneChoices)
        {
            batch.DeleteChain(ProxyLayout.ChainOf(choice, default));
        }
        foreach (var sticky in change.GoneSticky)
        {
            layout.DeleteSticky(batch, sticky);
        }
        batch.Commit();
    }

    /// <summary>Whether a table of this name is in the kernel.</summary>
    public bool Exists() => NftBatch.Exists(config.Table, socket);

    /// <summary>Removes the table if it is there.</summary>
    public void Delete() => new NftBatch(config.Table, socket).AddTable().DeleteTable().Commit();

    private void AddChains(NftBatch batch, IEnumerable<Choice> choices, IEnumerable<StickyChain> stickyChains)
    {
        foreach (var choice in choices)
        {
            layout.AddChoice(batch, choice);
        }
        foreach (var sticky in stickyChains)
        {
            layout.AddSticky(batch, sticky);
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
                if (kernelSet.IsVerdictMap)
                {
                    var choice = entry.Value.Choice;
                    elements.Add(
                        key[..keyBytes], choice.IsDrop ? NftVerdict.Drop : NftVerdict.Goto,
                        choice.IsDrop ? null : ProxyLayout.ChainOf(choice, entry.Key.Frontend));
                }
                else if (kernelSet.IsMap)
                {
                    elements.Add(key[..keyBytes], value[..WriteValue(entry.Value, value)]);
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
        if (key.Set == TableSet.Backends)
        {
            BitConverter.TryWriteBytes(bytes[place..], key.Index); // The processor's order, as the rules produce it.
            place += 4;
        }
        return place;
    }

    private int WriteValue(in EntryValue value, Span<byte> bytes)
    {
        bytes.Clear();
        var place = 0;
        WriteAddress(value.Address, bytes, ref place);
        WritePort(value.Port, bytes, ref place);
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
