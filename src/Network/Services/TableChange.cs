namespace Navarch.Network.Services;

/// <summary>The difference between two states of the proxy's table: what one transaction has to do.</summary>
internal sealed class TableChange
{
    public List<Choice> NewChoices { get; } = [];

    public List<Choice> GoneChoices { get; } = [];

    public List<StickyChain> NewSticky { get; } = [];

    public List<StickyChain> ChangedSticky { get; } = [];

    public List<StickyChain> GoneSticky { get; } = [];

    /// <summary>To be carried out before <see cref="Added"/>: an element with a new value is in both.</summary>
    public List<EntryKey> Removed { get; } = [];

    public List<TableEntry> Added { get; } = [];

    /// <summary>UDP flows that may go on at a backend that no longer takes them.</summary>
    public List<UdpFrontend> Udp { get; } = [];

    public bool IsEmpty => NewChoices.Count == 0 && GoneChoices.Count == 0 && Removed.Count == 0 && Added.Count == 0
        && NewSticky.Count == 0 && ChangedSticky.Count == 0 && GoneSticky.Count == 0;
}

/// <summary>
/// Which backends the flows of a UDP frontend may have. The kernel asks the rules for the first packet of a flow only, and a
/// UDP client that keeps sending keeps its flow alive: flows to other backends have to be forgotten.
/// </summary>
/// <param name="AndUntranslated">Flows from before there was any rule, which go nowhere, have to be forgotten as well.</param>
internal sealed record UdpFrontend(Frontend Frontend, IReadOnlySet<(Address Address, ushort Port)> Allowed, bool AndUntranslated);
