using System.Net;
using Navarch.Network.Netlink;
using Navarch.Network.Nftables;
using Navarch.Network.Pods;

namespace Navarch.Network.ControlPlanes;

/// <summary>The rules by which control planes on a bridge of their own reach what lies beyond this machine, such as webhooks.</summary>
public static class ControlPlaneRules
{
    /// <param name="bridge">The bridge that their namespaces are plugged into.</param>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public static void Set(string tableName, string bridge, IPNetwork addresses)
    {
        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        var fields = new PacketFields(NftFamily.IPv4);
        var batch = new NftBatch(new NftTable(NftFamily.IPv4, tableName), socket);
        batch.AddTable().DeleteTable().AddTable();
        batch.AddChain("leaving", "nat", NftHook.Postrouting, NftPriority.SourceNat);
        batch.AddRule("leaving", rule =>
        {
            fields.IfSourceIn(rule, addresses, NftCompare.Equal);
            rule.IfInterface(NftMeta.InterfaceOutName, NftCompare.NotEqual, bridge, scratch: 0).Masquerade();
        });
        batch.Commit();
        new ForeignFirewall(bridge, socket).LetThrough();
    }

    /// <summary>Takes the rules away; no error where there are none.</summary>
    public static void Remove(string tableName, string bridge)
    {
        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        new NftBatch(new NftTable(NftFamily.IPv4, tableName), socket).AddTable().DeleteTable().Commit();
        new ForeignFirewall(bridge, socket).Remove();
    }
}
