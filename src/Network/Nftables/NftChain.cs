using System.Buffers.Binary;
using Navarch.Network.Netlink;

namespace Navarch.Network.Nftables;

/// <summary>Questions about a chain of somebody else's. Of our own tables nothing has to be asked.</summary>
internal static class NftChain
{
    private const ushort Subsystem = 10;
    private const ushort GetChain = 4;
    private const ushort GetRule = 7;

    /// <summary>Whether the chain exists and drops what none of its rules decides on.</summary>
    public static bool DropsByPolicy(NftTable table, string chain, NetlinkSocket socket)
    {
        const int HeaderBytes = 4;
        var drops = false;
        var request = Begin(GetChain, NetlinkWriter.Acknowledge, table, socket);
        request.Attribute(1, table.Name);
        request.Attribute(3, chain);
        request.End();
        Ask(socket, request, $"nftables: get chain {table.Name} {chain}", (_, body) =>
        {
            var policy = NetlinkAttributes.Find(body[HeaderBytes..], 5);
            drops |= policy.Length == 4 && BinaryPrimitives.ReadUInt32BigEndian(policy) == (uint)NftVerdict.Drop;
        });
        return drops;
    }

    /// <summary>Handles of the chain's rules that carry <paramref name="mark"/> as their user data.</summary>
    public static List<ulong> RulesMarked(NftTable table, string chain, byte[] mark, NetlinkSocket socket)
    {
        const int HeaderBytes = 4;
        var handles = new List<ulong>();
        var request = Begin(GetRule, NetlinkWriter.Dump, table, socket);
        request.Attribute(1, table.Name);
        request.Attribute(2, chain);
        request.End();
        Ask(socket, request, $"nftables: list rules of {table.Name} {chain}", (_, body) =>
        {
            var rule = body[HeaderBytes..];
            var handle = NetlinkAttributes.Find(rule, 3);
            if (handle.Length == 8 && NetlinkAttributes.Find(rule, 7).SequenceEqual(mark))
            {
                handles.Add(BinaryPrimitives.ReadUInt64BigEndian(handle));
            }
        });
        return handles;
    }

    private static void Ask(NetlinkSocket socket, NetlinkWriter request, string what, DumpedMessage each)
    {
        try
        {
            socket.Dump(request, what, each);
        }
        catch (NetlinkException e) when (e.Error == NetlinkException.NoEntry)
        {
            // No such table or chain.
        }
    }

    private static NetlinkWriter Begin(ushort message, ushort flags, NftTable table, NetlinkSocket socket)
    {
        var request = new NetlinkWriter();
        request.Begin((ushort)((Subsystem << 8) | message), (ushort)(NetlinkWriter.Request | flags), socket.NextSequence());
        request.Raw([(byte)table.Family, 0, 0, 0]);
        return request;
    }
}
