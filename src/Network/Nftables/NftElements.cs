using Navarch.Network.Netlink;

namespace Navarch.Network.Nftables;

/// <summary>Elements to add to or delete from one set. To be disposed before anything else is put into the batch.</summary>
internal sealed class NftElements(NetlinkWriter writer, NftSet set, Action beginMessage) : IDisposable
{
    // A nested attribute's length has 16 bits. Elements beyond this many bytes go on in the next message.
    private const int MessageBytesMax = 60_000;

    private int list = -1;

    public NftSet Set { get; } = set;

    /// <summary>Adds an element of a set, or names one to delete.</summary>
    public void Add(ReadOnlySpan<byte> key)
    {
        var element = BeginElement(key);
        writer.EndNested(element);
    }

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        var element = BeginElement(key);
        var nested = writer.BeginNested(2);
        writer.Attribute(1, data);
        writer.EndNested(nested);
        writer.EndNested(element);
    }

    public void Add(ReadOnlySpan<byte> key, NftVerdict verdict, string? chain)
    {
        var element = BeginElement(key);
        NftRule.WriteVerdict(writer, 2, verdict, chain);
        writer.EndNested(element);
    }

    public void Dispose()
    {
        if (list >= 0)
        {
            writer.EndNested(list);
            writer.End();
            list = -1;
        }
    }

    private int BeginElement(ReadOnlySpan<byte> key)
    {
        if (list >= 0 && writer.Length - list > MessageBytesMax)
        {
            Dispose();
        }
        if (list < 0)
        {
            beginMessage();
            list = writer.BeginNested(3);
        }
        var element = writer.BeginNested(1);
        var nested = writer.BeginNested(1);
        writer.Attribute(1, key);
        writer.EndNested(nested);
        return element;
    }
}
