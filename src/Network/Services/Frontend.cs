namespace Navarch.Network.Services;

/// <summary>Transport protocols, by their number in the IP header.</summary>
internal enum Transport : byte
{
    Tcp = 6,
    Udp = 17,
    Sctp = 132,
}

/// <summary>
/// An address, protocol and port that packets are sent to and the proxy answers for. Without an address it stands for
/// that port on every address of the node.
/// </summary>
internal readonly record struct Frontend(Address Address, Transport Transport, ushort Port)
{
    public bool IsOnEveryNodeAddress => Address.IsNone;

    public override string ToString() => $"{Address}:{Port}/{Transport}";
}

/// <summary>Where a connection can be taken instead. Local: on this node, so that it can also be the connection's source.</summary>
internal readonly record struct Backend(Address Address, ushort Port, bool IsLocal) : IComparable<Backend>
{
    public int CompareTo(Backend other) =>
        Address.CompareTo(other.Address) is var order and not 0 ? order
        : Port.CompareTo(other.Port) is var byPort and not 0 ? byPort
        : IsLocal.CompareTo(other.IsLocal);

    public override string ToString() => $"{Address}:{Port}{(IsLocal ? " (local)" : "")}";
}
