using System.Net;
using Navarch.Network.Nftables;

namespace Navarch.Network.Services.Kernel;

/// <summary>The fixed part of the proxy's table: sets, chains at the hooks, and the rules that never change.</summary>
/// <remarks>
/// A new connection to frontend F = (address, protocol, port) takes this way:
/// <list type="number">
/// <item><c>refused</c> and <c>dropped</c> hold the frontends without backends. They are asked before any translation.</item>
/// <item><c>services</c>: F -> choice (how many backends, sticky or not). <c>choices</c>: choice -> chain.</item>
/// <item>The chain, say "one of 3": a random number i below 3, <c>backends</c>: (F, i) -> address and port, translate.</item>
/// </list>
/// So a Service is a few map elements and no chain or rule of its own: the path of a packet is three hash lookups whatever
/// the number of Services, and a change of one Service is a change of its elements. That <c>services</c> holds data and not
/// verdicts has a reason too: after a change to verdicts the kernel validates every path through the table, which takes
/// time in proportion to it; here that happens only when a new kind of choice appears.
/// <para>
/// Node ports are frontends with the address 0, looked up where the destination is local. <c>outside-services</c> is asked
/// before <c>services</c> for clients from outside of the node's pods, and has the frontends that treat those differently.
/// <c>affinity</c>: (client, F) -> backend is filled by the rules themselves; <c>sticky</c> says which of its backends are
/// still good. After routing, <c>hairpin</c> (a pod that reached itself) and <c>hiding-source</c> decide about the source.
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

    // Bounds the memory that clients of sticky Services can make the kernel use (about 100 bytes each). Beyond it, new
    // clients are served without being remembered.
    private const uint AffinityClientsMax = 262_144;

    private readonly ProxyTableConfig config;
    private readonly PacketFields fields;

    public ProxyLayout(ProxyTableConfig config)
    {
        this.config = config;
        fields = new PacketFields(config.Family);
        var address = fields.AddressType;
        NftDataType[] frontend = [address, Protocol, Port];
        Services = new("services", frontend, [Mark, Mark]);
        OutsideServices = new("outside-services", frontend, [Mark, Mark]);
        Choices = new("choices", [Mark, Mark], [NftDataType.Verdict]);
        Backends = new("backends", [.. frontend, Mark], [address, Port]);
        Affinity = new("affinity", [address, .. frontend], [address, Port]) { IsFilledByRules = true, ElementsMax = AffinityClientsMax };
        Sticky = new("sticky", [.. frontend, Mark, address, Port], []);
        HidingSource = new("hiding-source", frontend, []);
        Refused = new("refused", frontend, []);
        Dropped = new("dropped", frontend, []);
        OwnAddresses = new("own-addresses", [address], []);
        Hairpin = new("hairpin", [address, address], []);
    }

    public NftSet Services { get; }

    public NftSet OutsideServices { get; }

    public NftSet Choices { get; }

    public NftSet Backends { get; }

    public NftSet Affinity { get; }

    public NftSet Sticky { get; }

    public NftSet HidingSource { get; }

    public NftSet Refused { get; }

    public NftSet Dropped { get; }

    public NftSet OwnAddresses { get; }

    public NftSet Hairpin { get; }

    public int AddressBytes => fields.AddressBytes;

    public NftSet SetOf(TableSet set) => set switch
    {
        TableSet.Services => Services,
        TableSet.OutsideServices => OutsideServices,
        TableSet.Backends => Backends,
        TableSet.Sticky => Sticky,
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
            Services, OutsideServices, Choices, Backends, Affinity, Sticky, HidingSource, Refused, Dropped, OwnAddresses, Hairpin,
        ];
        foreach (var set in sets)
        {
            batch.AddSet(set);
        }
        WriteRefusal(batch);
        WriteTranslation(batch);
        WriteSource(batch);
    }

    /// <summary>Adds the chain of a choice and what leads to it.</summary>
    public void AddChoice(NftBatch batch, Choice choice)
    {
        if (choice.IsDrop)
        {
            return; // Its verdict needs no chain.
        }
        var chain = ChainOf(choice);
        batch.AddChain(chain);
        if (choice.AffinitySeconds > 0)
        {
            var timeout = TimeSpan.FromSeconds(choice.AffinitySeconds);

            // A known client, if its backend is still one: the time starts anew.
            batch.AddRule(chain, rule => Translate(Frontend(rule, choice.IsOnEveryNodeAddress)
                .Load(NftPayload.Network, fields.SourceOffset, fields.AddressBytes, fields.Source)
                .Lookup(Affinity, fields.Source, fields.BackendAddress)
                .Immediate(fields.Index, Bytes(choice.FirstIndex))
                .IfIn(Sticky, fields.Address)
                .Change(NftDynamic.Update, Affinity, fields.Source, fields.BackendAddress, timeout)));

            // An update leaves the backend of a known client as it was, so one that is gone has to be forgotten first.
            batch.AddRule(chain, rule => Frontend(rule, choice.IsOnEveryNodeAddress)
                .Load(NftPayload.Network, fields.SourceOffset, fields.AddressBytes, fields.Source)
                .Lookup(Affinity, fields.Source, fields.BackendAddress)
                .Change(NftDynamic.Delete, Affinity, fields.Source, fields.BackendAddress, TimeSpan.Zero));
            batch.AddRule(chain, rule => Translate(Random(rule, choice)
                .Load(NftPayload.Network, fields.SourceOffset, fields.AddressBytes, fields.Source)
                .Change(NftDynamic.Add, Affinity, fields.Source, fields.BackendAddress, timeout)));
        }
        batch.AddRule(chain, rule => Translate(Random(rule, choice)));
    }

    /// <summary>The chain of a choice, named so that a reader of the table understands it.</summary>
    public static string ChainOf(Choice choice) =>
        $"one-of-{choice.Count}"
        + (choice.IsOnEveryNodeAddress ? "-node-port" : "")
        + (choice.IsForOutside ? "-outside" : "")
        + (choice.AffinitySeconds > 0 ? $"-sticky-{choice.AffinitySeconds}s" : "");

    /// <summary>Eight bytes that stand for a choice in the maps.</summary>
    public static void WriteChoice(Choice choice, Span<byte> bytes)
    {
        var number = (uint)choice.Count
            | (choice.IsOnEveryNodeAddress ? 1u << 31 : 0)
            | (choice.IsForOutside ? 1u << 30 : 0);
        BitConverter.TryWriteBytes(bytes, number);
        BitConverter.TryWriteBytes(bytes[4..], choice.AffinitySeconds);
    }

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
        AddLookups(batch, ChainServices, Services);
        batch.AddChain(ChainOutside);
        AddLookups(batch, ChainOutside, OutsideServices);

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

    private void AddLookups(NftBatch batch, string chain, NftSet map)
    {
        batch.AddRule(chain, rule => Frontend(rule, onNode: false)
            .Lookup(map, fields.Address, fields.BackendAddress)
            .LookupVerdict(Choices, fields.BackendAddress));
        foreach (var range in NodePortRanges())
        {
            batch.AddRule(chain, rule => NodePort(rule, range)
                .Lookup(map, fields.Address, fields.BackendAddress)
                .LookupVerdict(Choices, fields.BackendAddress));
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

    private NftRule Random(NftRule rule, Choice choice) =>
        Frontend(rule, choice.IsOnEveryNodeAddress)
            .Random(choice.Count, choice.FirstIndex, fields.Index)
            .Lookup(Backends, fields.Address, fields.BackendAddress);

    private NftRule Translate(NftRule rule) =>
        rule.TranslateDestination(config.Family, fields.BackendAddress, fields.BackendPort);

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

    private static byte[] Bytes(uint hostOrder) => BitConverter.GetBytes(hostOrder);
}
