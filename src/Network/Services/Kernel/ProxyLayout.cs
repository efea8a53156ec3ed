using System.Net;
using Navarch.Network.Nftables;

namespace Navarch.Network.Services.Kernel;

/// <summary>The fixed part of the proxy's table: sets, chains at the hooks, and the rules that never change.</summary>
/// <remarks>
/// A new connection to frontend F = (address, protocol, port) takes this way:
/// <list type="number">
/// <item><c>refused</c> and <c>dropped</c> hold the frontends without backends. They are asked before any translation.</item>
/// <item><c>services</c>: F -> the chain that chooses, say "one of 3". All Services with three endpoints share it.</item>
/// <item>There: a random number i below 3, <c>backends</c>: (F, i) -> address and port, translate.</item>
/// </list>
/// So a Service is a few map elements and no chain or rule of its own: the path of a packet is a handful of hash lookups
/// whatever the number of Services, and a change of one Service is a change of its elements.
/// <para>
/// Node ports are frontends with the address 0, looked up in <c>node-ports</c> where the destination is local.
/// <c>outside-services</c> is asked before both for clients from outside of the node's pods, and has the frontends that
/// treat those differently. A frontend with session affinity has a chain of its own and a set of clients, which the rules
/// fill. After routing, <c>hairpin</c> (a pod that reached itself) and <c>hiding-source</c>
/// decide about the source.
/// </para>
/// <para>
/// After a change to a map of verdicts the kernel walks all its elements, once for each hook that leads there, to see that
/// no path is forbidden: about 0.5 µs each, the one part of a change that grows with the number of Services, and only where
/// the number of endpoints changes. Data and a second, small map of verdicts would avoid it, but on a lookup of what was
/// looked up <c>nft list</c> aborts (1.0.6).
/// </para>
/// </remarks>
internal sealed class ProxyLayout
{
    private const NftDataType Mark = NftDataType.Mark;
    private const NftDataType Port = NftDataType.Port;
    private const NftDataType Protocol = NftDataType.Protocol;

    private const string ChainRefuse = "refuse-without-backends";
    private const string ChainReject = "reject";
    private const string ChainServices = "services";
    private const string ChainOutside = "outside-services";
    private const string ChainOwnAddresses = "own-addresses";
    private const string ChainSource = "source";

    // Bounds the memory that clients of a sticky Service can make the kernel use (about 100 bytes each). Beyond it, new
    // clients are served without being remembered.
    private const uint ClientsMax = 65_536;

    private readonly ProxyTableConfig config;
    private readonly PacketFields fields;

    public ProxyLayout(ProxyTableConfig config)
    {
        this.config = config;
        fields = new PacketFields(config.Family);
        var address = fields.AddressType;
        NftDataType[] frontend = [address, Protocol, Port];
        Services = new("services", frontend, [NftDataType.Verdict]);
        NodePorts = new("node-ports", frontend, [NftDataType.Verdict]);
        OutsideServices = new("outside-services", frontend, [NftDataType.Verdict]);
        Backends = new("backends", [.. frontend, Mark], [address, Port]);
        HidingSource = new("hiding-source", frontend, []);
        Refused = new("refused", frontend, []);
        Dropped = new("dropped", frontend, []);
        OwnAddresses = new("own-addresses", [address], []);
        Hairpin = new("hairpin", [address, address], []);
    }

    public NftSet Services { get; }

    public NftSet NodePorts { get; }

    public NftSet OutsideServices { get; }

    public NftSet Backends { get; }

    public NftSet HidingSource { get; }

    public NftSet Refused { get; }

    public NftSet Dropped { get; }

    public NftSet OwnAddresses { get; }

    public NftSet Hairpin { get; }

    public int AddressBytes => fields.AddressBytes;

    public NftSet SetOf(TableSet set) => set switch
    {
        TableSet.Services => Services,
        TableSet.NodePorts => NodePorts,
        TableSet.OutsideServices => OutsideServices,
        TableSet.Backends => Backends,
        TableSet.HidingSource => HidingSource,
        TableSet.Refused => Refused,
        TableSet.Dropped => Dropped,
        TableSet.OwnAddresses => OwnAddresses,
        TableSet.Hairpin => Hairpin,
        _ => throw new ArgumentOutOfRangeException(nameof(set)),
    };

    /// <summary>Writes the table without any Service.</summary>
    public void WriteTo(NftBatch batch)
    {
        batch.AddTable();
        NftSet[] sets =
        [
            Services, NodePorts, OutsideServices, Backends, HidingSource, Refused, Dropped,
            OwnAddresses, Hairpin,
        ];
        foreach (var set in sets)
        {
            batch.AddSet(set);
        }
        WriteRefusal(batch);
        WriteTranslation(batch);
        WriteSource(batch);
    }

    /// <summary>Adds the chain of a choice that frontends share.</summary>
    public void AddChoice(NftBatch batch, Choice choice)
    {
        var chain = ChainOf(choice, default);
        batch.AddChain(chain);
        batch.AddRule(chain, rule => Frontend(rule, choice.IsOnEveryNodeAddress)
            .Random(choice.Count, choice.FirstIndex, fields.Index)
            .Lookup(Backends, fields.Address, fields.BackendAddress)
            .TranslateDestination(config.Family, fields.BackendAddress, fields.BackendPort));
    }

    public void AddSticky(NftBatch batch, StickyChain sticky)
    {
        batch.AddSet(ClientsOf(sticky));
        batch.AddChain(ChainOf(Choice.Sticky(sticky.IsForOutside), sticky.Frontend));
        AddStickyRules(batch, sticky);
    }

    public void ChangeSticky(NftBatch batch, StickyChain sticky)
    {
        batch.FlushChain(ChainOf(Choice.Sticky(sticky.IsForOutside), sticky.Frontend));
        AddStickyRules(batch, sticky);
    }

    public void DeleteSticky(NftBatch batch, StickyChain sticky)
    {
        batch.DeleteChain(ChainOf(Choice.Sticky(sticky.IsForOutside), sticky.Frontend));
        batch.DeleteSet(ClientsOf(sticky));
    }

    /// <summary>The chain of a choice, named so that a reader of the table understands it.</summary>
    public static string ChainOf(Choice choice, Frontend frontend) =>
        choice.IsSticky
            ? $"sticky-{NameOf(frontend, choice.IsForOutside)}"
            : $"one-of-{choice.Count}{(choice.IsOnEveryNodeAddress ? "-node-port" : "")}{(choice.IsForOutside ? "-outside" : "")}";

    private void AddStickyRules(NftBatch batch, StickyChain sticky)
    {
        var chain = ChainOf(Choice.Sticky(sticky.IsForOutside), sticky.Frontend);
        var clients = ClientsOf(sticky);
        var timeout = TimeSpan.FromSeconds(sticky.AffinitySeconds);

        // A client that is known with one of the backends goes there again, and its time starts anew. Clients of backends
        // that are gone match no rule; they are forgotten in time.
        foreach (var backend in sticky.Backends)
        {
            batch.AddRule(chain, rule => Client(rule, backend)
                .IfIn(clients, fields.Source)
                .Change(NftDynamic.Update, clients, fields.Source, timeout)
                .TranslateDestination(config.Family, fields.Address, fields.Protocol));
        }

        // The others: the first backend in one of n cases, else the second in one of n - 1, and so on; the last takes the rest.
        for (var i = 0; i < sticky.Backends.Length; i++)
        {
            var backend = sticky.Backends[i];
            var left = sticky.Backends.Length - i;
            batch.AddRule(chain, rule => Client(OneIn(rule, left), backend)
                .Change(NftDynamic.Update, clients, fields.Source, timeout)
                .TranslateDestination(config.Family, fields.Address, fields.Protocol));
        }

        // Reached only when there is no room for another client.
        var last = sticky.Backends[^1];
        batch.AddRule(chain, rule => Client(rule, last).TranslateDestination(config.Family, fields.Address, fields.Protocol));
    }

    private NftRule OneIn(NftRule rule, int count) =>
        count == 1 ? rule : rule.Random(count, 0, fields.Index).Compare(fields.Index, NftCompare.Equal, [0, 0, 0, 0]);

    /// <summary>Loads the source and behind it a backend: the key of the clients' set.</summary>
    private NftRule Client(NftRule rule, Backend backend)
    {
        Span<byte> address = stackalloc byte[fields.AddressBytes];
        backend.Address.WriteTo(address);
        return rule
            .Load(NftPayload.Network, fields.SourceOffset, fields.AddressBytes, fields.Source)
            .Immediate(fields.Address, address)
            .Immediate(fields.Protocol, [(byte)(backend.Port >> 8), (byte)backend.Port]);
    }

    private NftSet ClientsOf(StickyChain sticky) =>
        new($"clients-{NameOf(sticky.Frontend, sticky.IsForOutside)}", [fields.AddressType, fields.AddressType, Port], [])
        {
            IsFilledByRules = true,
            ElementsMax = ClientsMax,
        };

    private static string NameOf(Frontend frontend, bool isForOutside) =>
        $"{(frontend.IsOnEveryNodeAddress ? "node-port" : frontend.Address.ToString().Replace(':', '_'))}"
        + $"-{frontend.Transport.ToString().ToLowerInvariant()}-{frontend.Port}{(isForOutside ? "-outside" : "")}";

    private void WriteRefusal(NftBatch batch)
    {
        batch.AddChain(ChainReject);
        batch.AddRule(ChainReject, rule => rule.IfProtocol((byte)Transport.Tcp, scratch: 0).RejectWithTcpReset());
        batch.AddRule(ChainReject, rule => rule.RejectWithPortUnreachable(config.Family));

        batch.AddChain(ChainRefuse);
        batch.AddRule(ChainRefuse, rule => Frontend(rule, onNode: false).IfIn(Refused, fields.Address).Verdict(NftVerdict.Goto, ChainReject));
        batch.AddRule(ChainRefuse, rule => Frontend(rule, onNode: false).IfIn(Dropped, fields.Address).Verdict(NftVerdict.Drop));
        foreach (var range in NodePortRanges())
        {
            batch.AddRule(ChainRefuse, rule => NodePort(rule, range).IfIn(Refused, fields.Address).Verdict(NftVerdict.Goto, ChainReject));
            batch.AddRule(ChainRefuse, rule => NodePort(rule, range).IfIn(Dropped, fields.Address).Verdict(NftVerdict.Drop));
        }

        batch.AddChain(ChainOwnAddresses);
        batch.AddRule(ChainOwnAddresses, rule => rule
            .Load(NftPayload.Network, fields.DestinationOffset, fields.AddressBytes, fields.Address)
            .IfIn(OwnAddresses, fields.Address)
            .Verdict(NftVerdict.Goto, ChainReject));

        AddHook(batch, "refuse-incoming", NftHook.Prerouting, NftPriority.BeforeDestinationNat, ChainRefuse);
        AddHook(batch, "refuse-own", NftHook.Output, NftPriority.BeforeDestinationNat, ChainRefuse);
        AddHook(batch, "forward", NftHook.Forward, NftPriority.Filter, ChainOwnAddresses);
        AddHook(batch, "output", NftHook.Output, NftPriority.AfterDestinationNat, ChainOwnAddresses);
    }

    private void WriteTranslation(NftBatch batch)
    {
        batch.AddChain(ChainServices);
        AddLookups(batch, ChainServices, Services, NodePorts);
        batch.AddChain(ChainOutside);
        AddLookups(batch, ChainOutside, OutsideServices, OutsideServices);

        batch.AddChain("nat-incoming", "nat", NftHook.Prerouting, NftPriority.DestinationNat);
        batch.AddRule("nat-incoming", rule => UnlessFromPods(rule).Verdict(NftVerdict.Jump, ChainOutside));
        batch.AddRule("nat-incoming", rule => rule.Verdict(NftVerdict.Jump, ChainServices));
        batch.AddChain("nat-own", "nat", NftHook.Output, NftPriority.DestinationNat);
        batch.AddRule("nat-own", rule => rule.Verdict(NftVerdict.Jump, ChainServices));
    }

    private void WriteSource(NftBatch batch)
    {
        batch.AddChain(ChainSource);
        batch.AddRule(ChainSource, rule => rule
            .Load(NftPayload.Network, fields.SourceOffset, fields.AddressBytes, fields.Source)
            .Load(NftPayload.Network, fields.DestinationOffset, fields.AddressBytes, fields.Address)
            .IfIn(Hairpin, fields.Source)
            .Masquerade());
        batch.AddRule(ChainSource, rule => UnlessFromPods(Original(rule, onNode: false)).IfIn(HidingSource, fields.Address).Masquerade());
        batch.AddRule(ChainSource, rule => UnlessFromPods(Original(rule, onNode: true)).IfIn(HidingSource, fields.Address).Masquerade());

        batch.AddChain("nat-leaving", "nat", NftHook.Postrouting, NftPriority.SourceNat);
        batch.AddRule("nat-leaving", rule => rule.IfDestinationTranslated().Verdict(NftVerdict.Jump, ChainSource));
    }

    private static void AddHook(NftBatch batch, string name, NftHook hook, int priority, string chain)
    {
        batch.AddChain(name, "filter", hook, priority);
        batch.AddRule(name, rule => rule.IfNewConnection().Verdict(NftVerdict.Jump, chain));
    }

    private void AddLookups(NftBatch batch, string chain, NftSet map, NftSet nodePorts)
    {
        batch.AddRule(chain, rule => Frontend(rule, onNode: false).LookupVerdict(map, fields.Address));
        foreach (var range in NodePortRanges())
        {
            batch.AddRule(chain, rule => NodePort(rule, range).LookupVerdict(nodePorts, fields.Address));
        }
    }

    /// <summary>One rule is needed per range of addresses with node ports; null is all of them.</summary>
    private IEnumerable<IPNetwork?> NodePortRanges() =>
        config.NodePortAddresses.Count == 0 ? [null] : config.NodePortAddresses.Select(range => (IPNetwork?)range);

    private NftRule NodePort(NftRule rule, IPNetwork? range)
    {
        rule.IfDestinationIsLocal(scratch: 0);
        if (range is { } within)
        {
            fields.IfDestinationIn(rule, within, NftCompare.Equal);
        }
        if (!config.NodePortsOnLoopback)
        {
            fields.IfDestinationIn(rule, fields.Loopback, NftCompare.NotEqual);
        }
        return Frontend(rule, onNode: true);
    }

    private NftRule UnlessFromPods(NftRule rule)
    {
        if (config.NodePods is { } pods)
        {
            fields.IfSourceIn(rule, pods, NftCompare.NotEqual);
        }
        return rule;
    }

    /// <summary>Loads the frontend that the packet is sent to.</summary>
    private NftRule Frontend(NftRule rule, bool onNode)
    {
        _ = onNode
            ? rule.Immediate(fields.Address, new byte[fields.AddressBytes])
            : rule.Load(NftPayload.Network, fields.DestinationOffset, fields.AddressBytes, fields.Address);
        return rule
            .Load(NftMeta.L4Protocol, fields.Protocol)
            .Load(NftPayload.Transport, PacketFields.DestinationPortOffset, PacketFields.PortBytes, fields.Port);
    }

    /// <summary>Loads the frontend that the packet was sent to before its destination was translated.</summary>
    private NftRule Original(NftRule rule, bool onNode)
    {
        // The comparison with the pods' range uses the source register, which no part of the frontend shares.
        _ = onNode
            ? rule.Immediate(fields.Address, new byte[fields.AddressBytes])
            : rule.LoadOriginal(fields.OriginalDestination, fields.Address);
        return rule
            .Load(NftMeta.L4Protocol, fields.Protocol)
            .LoadOriginal(NftConntrack.ProtocolDestination, fields.Port);
    }
}
