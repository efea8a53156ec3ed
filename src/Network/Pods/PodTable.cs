using System.Net;
using Navarch.Network.Netlink;
using Navarch.Network.Nftables;

namespace Navarch.Network.Pods;

/// <summary>The rules of the pod network itself, which no Service changes: what leaves the cluster, and what must not get in.</summary>
internal sealed class PodTable(PodNetworkConfig config, NetlinkSocket socket)
{
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const string Refuse = "refuse";
    private const string Loopback = "lo";

    private static readonly (byte Protocol, int Port)[] DnsPorts = [(Udp, 53), (Tcp, 53), (Tcp, 9153)];

    private readonly NftTable table = new(NftFamily.IPv4, config.PodsTable);
    private readonly PacketFields fields = new(NftFamily.IPv4);

    /// <param name="nodePods">Addresses of this node's pods.</param>
    /// <param name="bridgeIsFiltered">Whether packets between two ports of the bridge pass the rules (module br_netfilter).</param>
    public void Replace(IPNetwork nodePods, bool bridgeIsFiltered)
    {
        var batch = new NftBatch(table, socket);
        batch.AddTable().DeleteTable().AddTable();

        batch.AddChain(Refuse);
        batch.AddRule(Refuse, rule => rule.IfProtocol(Tcp, scratch: 0).RejectWithTcpReset());
        batch.AddRule(Refuse, rule => rule.RejectWithPortUnreachable(table.Family));

        // The bridge routes 127.0.0.0/8, which node ports on 127.0.0.1 need for their answers. Nobody on the bridge may
        // use that to reach what listens on the node's loopback, or to look as if coming from there.
        batch.AddChain("keep-loopback-private", "filter", NftHook.Prerouting, NftPriority.Raw);
        batch.AddRule("keep-loopback-private", rule => InDestination(FromBridge(rule), fields.Loopback, NftCompare.Equal).Verdict(NftVerdict.Drop));
        batch.AddRule("keep-loopback-private", rule => InSource(FromBridge(rule), fields.Loopback, NftCompare.Equal).Verdict(NftVerdict.Drop));

        if (config.Dns is { } dns)
        {
            LeaveAlone(batch, new IPNetwork(dns, 32));
        }

        batch.AddChain("leaving", "nat", NftHook.Postrouting, NftPriority.SourceNat);
        batch.AddRule("leaving", rule => ToBridge(
            InSource(rule.IfDestinationTranslated(), fields.Loopback, NftCompare.Equal), NftCompare.Equal).Masquerade());
        if (!bridgeIsFiltered)
        {
            // Two pods of a Service are on one link: the answer would go straight to the client, past the translation, and
            // the client would not know it. With the node as the source it comes back here.
            batch.AddRule("leaving", rule => InDestination(
                InSource(rule.IfDestinationTranslated(), nodePods, NftCompare.Equal), nodePods, NftCompare.Equal).Masquerade());
        }
        batch.AddRule("leaving", rule => ToBridge(
            InDestination(
                InDestination(InSource(rule, nodePods, NftCompare.Equal), config.ClusterPods, NftCompare.NotEqual),
                IPNetwork.Parse("224.0.0.0/4"), NftCompare.NotEqual),
            NftCompare.NotEqual).Masquerade());
        if (config.Services is { } services)
        {
            RefuseNobodys(batch, services);
        }
        batch.Commit();
    }

    public void Delete() => new NftBatch(table, socket).AddTable().DeleteTable().Commit();

    /// <summary>
    /// Lets questions to the node's DNS server and its answers through to the socket as they are. Tracked, two questions that a
    /// client sends at once from one port race for the same entry, and one of them is dropped: it waits five seconds to try again.
    /// </summary>
    /// <remarks>No rule about Services sees them, whatever that Service's endpoints are: those begin with new connections.</remarks>
    private void LeaveAlone(NftBatch batch, IPNetwork dns)
    {
        const string Incoming = "dns-incoming";
        const string Outgoing = "dns-outgoing";
        batch.AddChain(Incoming, "filter", NftHook.Prerouting, NftPriority.Raw);

        // Nobody but this node and its pods: what others could make an open resolver do, they would.
        batch.AddRule(Incoming, rule => InDestination(
            FromInterface(FromInterface(rule, NftCompare.NotEqual, config.BridgeName), NftCompare.NotEqual, Loopback), dns, NftCompare.Equal)
            .Verdict(NftVerdict.Drop));
        batch.AddRule(Incoming, rule => InDestination(rule, dns, NftCompare.Equal).Untracked());
        batch.AddRule(Incoming, rule => InSource(FromInterface(rule, NftCompare.Equal, Loopback), dns, NftCompare.Equal).Untracked());
        batch.AddChain(Outgoing, "filter", NftHook.Output, NftPriority.Raw);
        batch.AddRule(Outgoing, rule => InDestination(rule, dns, NftCompare.Equal).Untracked());
        batch.AddRule(Outgoing, rule => InSource(rule, dns, NftCompare.Equal).Untracked());

        // What else listens on all of the node's addresses was not meant to have this one.
        const string Others = "dns-only";
        batch.AddChain(Others, "filter", NftHook.Input, NftPriority.Filter);
        foreach (var (protocol, port) in DnsPorts)
        {
            batch.AddRule(Others, rule => InDestination(rule, dns, NftCompare.Equal)
                .IfProtocol(protocol, scratch: 0)
                .Load(NftPayload.Transport, PacketFields.DestinationPortOffset, PacketFields.PortBytes, 0)
                .Compare(0, NftCompare.Equal, [(byte)(port >> 8), (byte)port])
                .Verdict(NftVerdict.Accept));
        }
        foreach (var protocol in (byte[])[Tcp, Udp])
        {
            batch.AddRule(Others, rule => InDestination(
                InSource(rule, dns, NftCompare.NotEqual), dns, NftCompare.Equal).IfProtocol(protocol, scratch: 0).Verdict(NftVerdict.Goto, Refuse));
        }
    }

    // What still has a Service's address after translation was sent to an address that no Service has.
    private void RefuseNobodys(NftBatch batch, IPNetwork services)
    {
        (string Chain, NftHook Hook, int Priority)[] hooks =
        [
            ("no-such-service", NftHook.Forward, NftPriority.Filter),
            ("no-such-service-own", NftHook.Output, NftPriority.Filter),
        ];
        foreach (var (chain, hook, priority) in hooks)
        {
            batch.AddChain(chain, "filter", hook, priority);
            batch.AddRule(chain, rule =>
                InDestination(rule.IfNewConnection(), services, NftCompare.Equal).Verdict(NftVerdict.Goto, Refuse));
        }
    }

    private NftRule FromBridge(NftRule rule) => FromInterface(rule, NftCompare.Equal, config.BridgeName);

    private static NftRule FromInterface(NftRule rule, NftCompare operation, string name) =>
        rule.IfInterface(NftMeta.InterfaceInName, operation, name, scratch: 0);

    private NftRule ToBridge(NftRule rule, NftCompare operation) =>
        rule.IfInterface(NftMeta.InterfaceOutName, operation, config.BridgeName, scratch: 0);

    private NftRule InSource(NftRule rule, IPNetwork range, NftCompare operation)
    {
        fields.IfSourceIn(rule, range, operation);
        return rule;
    }

    private NftRule InDestination(NftRule rule, IPNetwork range, NftCompare operation)
    {
        fields.IfDestinationIn(rule, range, operation);
        return rule;
    }
}
