using System.Text;
using Navarch.Network.Netlink;
using Navarch.Network.Nftables;

namespace Navarch.Network.Pods;

/// <summary>
/// Lets pods' packets through the machine's iptables rules where those drop what is forwarded, as Docker sets them up.
/// </summary>
/// <remarks>
/// A packet that one table drops is dropped, whatever ours say: so this is the one place where rules go into a table of
/// others. They are two, at the head of <c>filter FORWARD</c>, marked as ours, and only if its policy is to drop. Their
/// form is one that iptables (of its nftables kind, the only one since Debian 10) prints as its own. Of the older kind, and
/// of firewalls with tables of their own, nothing is known here.
/// </remarks>
internal sealed class ForeignFirewall(string bridge, NetlinkSocket socket)
{
    private static readonly NftTable Table = new(NftFamily.IPv4, "filter");

    private const string Chain = "FORWARD";

    /// <summary>How the rules are known again: a comment, as nft stores it.</summary>
    private byte[] Mark
    {
        get
        {
            const byte Comment = 0;
            var text = Encoding.ASCII.GetBytes($"navarch pods on {bridge}\0");
            return [Comment, (byte)text.Length, .. text];
        }
    }

    public void LetThrough()
    {
        if (!NftChain.DropsByPolicy(Table, Chain, socket) || OwnRules().Count > 0)
        {
            return;
        }
        var batch = new NftBatch(Table, socket);
        batch.InsertRule(Chain, Mark, rule => rule
            .IfInterface(NftMeta.InterfaceInName, NftCompare.Equal, bridge, scratch: 0).Verdict(NftVerdict.Accept));
        batch.InsertRule(Chain, Mark, rule => rule
            .IfInterface(NftMeta.InterfaceOutName, NftCompare.Equal, bridge, scratch: 0).Verdict(NftVerdict.Accept));
        batch.Commit();
    }

    public void Remove()
    {
        var batch = new NftBatch(Table, socket);
        foreach (var handle in OwnRules())
        {
            batch.DeleteRule(Chain, handle);
        }
        batch.Commit();
    }

    private List<ulong> OwnRules() => NftChain.RulesMarked(Table, Chain, Mark, socket);
}
