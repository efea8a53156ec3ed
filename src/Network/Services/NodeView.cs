using System.Net.Sockets;

namespace Navarch.Network.Services;

/// <summary>What the rules of Services depend on besides Services and EndpointSlices: whose node this is, which family.</summary>
internal sealed record NodeView(string Name, AddressFamily Family = AddressFamily.InterNetwork)
{
    public bool Uses(Address address) =>
        Family == AddressFamily.InterNetwork ? address.IsIPv4 : address.IsIPv6;
}
