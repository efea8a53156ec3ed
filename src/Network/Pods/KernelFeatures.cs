using System.Net;
using Navarch.Network.Netlink;
using Navarch.Network.Nftables;

namespace Navarch.Network.Pods;

/// <summary>
/// Says which feature of the kernel is missing, by trying each: a version number or a configuration file tells less, and
/// the kernel loads its modules when they are asked for.
/// </summary>
public static class KernelFeatures
{
    private static readonly PacketFields Fields = new(NftFamily.IPv4);

    /// <summary>Tries everything that the pod network and the proxy need, and leaves nothing behind.</summary>
    /// <exception cref="PodNetworkException">Something is missing; the message names all of it.</exception>
    public static void Check(string? networkNamespacePath = null)
    {
        var missing = new List<string>();
        NetlinkSocket? netfilter = null;
        try
        {
            netfilter = NetlinkSocket.Open(NetlinkSocket.Netfilter, networkNamespacePath);
        }
        catch (NetlinkException e) when (e.Error is NetlinkException.ProtocolNotSupported)
        {
            missing.Add("netfilter netlink (CONFIG_NETFILTER_NETLINK, module nfnetlink)");
        }
        using (netfilter)
        {
            if (netfilter is not null)
            {
                TryNftables(netfilter, missing);
            }
        }
        using (var links = Links.Open(networkNamespacePath))
        {
            TryLink(links, "bridge", "bridges (CONFIG_BRIDGE, module bridge)", missing);
            TryLink(links, "veth", "virtual Ethernet pairs (CONFIG_VETH, module veth)", missing);
        }
        if (missing.Count > 0)
        {
            throw new PodNetworkException(
                $"This kernel ({Environment.OSVersion.Version}) lacks {string.Join("; ", missing)}. Load the modules named "
                + "(modprobe MODULE), install the distribution's package with the kernel's extra modules, or boot a kernel "
                + "that has them.");
        }
    }

    private static void TryNftables(NetlinkSocket socket, List<string> missing)
    {
        var pods = IPNetwork.Parse("10.0.0.0/8");
        var clients = new NftSet("clients", [NftDataType.IPv4Address], []) { IsFilledByRules = true, ElementsMax = 16 };
        var backends = new NftSet("backends", [NftDataType.IPv4Address], [NftDataType.IPv4Address, NftDataType.Port]);
        (string What, Action<NftBatch> Body)[] probes =
        [
            ("nftables (CONFIG_NF_TABLES, module nf_tables)", _ => { }),
            ("nftables for IPv4 (CONFIG_NF_TABLES_IPV4)", batch => batch.AddChain("c", "filter", NftHook.Forward, NftPriority.Filter)),
            ("address translation (CONFIG_NFT_NAT, modules nft_chain_nat and nft_nat)", batch => batch
                .AddChain("c", "nat", NftHook.Prerouting, NftPriority.DestinationNat)
                .AddRule("c", rule => rule.Immediate(1, [10, 0, 0, 1]).Immediate(2, [0, 80])
                    .TranslateDestination(NftFamily.IPv4, 1, 2))),
            ("masquerading (CONFIG_NFT_MASQ, module nft_masq)", batch => batch
                .AddChain("c", "nat", NftHook.Postrouting, NftPriority.SourceNat).AddRule("c", rule => rule.Masquerade())),
            ("connection tracking in rules (CONFIG_NFT_CT, modules nf_conntrack and nft_ct)", batch => batch
                .AddChain("c").AddRule("c", rule => rule.IfNewConnection())),
            ("route lookups in rules (CONFIG_NFT_FIB_IPV4, module nft_fib_ipv4)", batch => batch
                .AddChain("c").AddRule("c", rule => rule.IfDestinationIsLocal(0))),
            ("random numbers in rules (CONFIG_NFT_NUMGEN, module nft_numgen)", batch => batch
                .AddChain("c").AddRule("c", rule => rule.Random(2, 0, 0))),
            ("refusals (CONFIG_NFT_REJECT_IPV4, module nft_reject_ipv4)", batch => batch
                .AddChain("c", "filter", NftHook.Prerouting, NftPriority.BeforeDestinationNat)
                .AddRule("c", rule => rule.RejectWithPortUnreachable(NftFamily.IPv4))),
            ("sets and maps (CONFIG_NF_TABLES)", batch => batch.AddSet(backends).AddSet(clients).AddChain("c").AddRule("c", rule =>
            {
                Fields.IfSourceIn(rule, pods, NftCompare.Equal);
                rule.Lookup(backends, Fields.Source, Fields.BackendAddress)
                    .Change(NftDynamic.Update, clients, Fields.Source, TimeSpan.FromMinutes(1));
            })),
        ];
        var table = new NftTable(NftFamily.IPv4, $"navarch-probe-{Environment.ProcessId}");
        foreach (var (what, body) in probes)
        {
            try
            {
                var batch = new NftBatch(table, socket);
                body(batch.AddTable().DeleteTable().AddTable());
                batch.Commit();
                new NftBatch(table, socket).DeleteTable().Commit();
            }
            catch (NetlinkException e) when (e.Error == NetlinkException.NoPermission)
            {
                throw new PodNetworkException(
                    "This process may not change the machine's network (CAP_NET_ADMIN is missing). Run it as root.", e);
            }
            catch (NetlinkException e)
            {
                missing.Add($"{what}: {e.Message}");
            }
        }
    }

    private static void TryLink(Links links, string kind, string what, List<string> missing)
    {
        var name = $"nvp{Environment.ProcessId}";
        try
        {
            links.Add(name, kind);
            links.Delete(links.Find(name)!);
        }
        catch (NetlinkException e)
        {
            missing.Add($"{what}: {e.Message}");
        }
    }
}
