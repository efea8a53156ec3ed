using System.Globalization;
using System.Net;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.ControlPlanes;

/// <summary>
/// One of several control planes of a cluster: a member of its etcd cluster and an API server with controllers and
/// scheduler, together in a network namespace, as if on a machine of their own.
/// </summary>
/// <param name="Number">From 1.</param>
public sealed record ControlPlane(int Number, string Namespace, IPAddress Address, int ApiPort)
{
    private const int ClientPort = 2379;
    private const int PeerPort = 2380;

    // .1 is the bridge's; the control planes follow from .11, so that their last digit is their number.
    private const byte AddressFirst = 11;

    public string NamespacePath => $"/run/netns/{Namespace}";

    /// <summary>Of the process and its pid file, log and data.</summary>
    public string EtcdName => Named("etcd");

    /// <inheritdoc cref="EtcdName"/>
    public string ServerName => Named("server");

    /// <summary>Where the API server listens.</summary>
    public Uri ApiAddress => new($"https://{Address}:{ApiPort}");

    /// <summary>Where etcd listens for API servers.</summary>
    public Uri EtcdAddress => new($"https://{Address}:{ClientPort}");

    /// <summary>Where etcd listens for the other members.</summary>
    public Uri EtcdPeerAddress => new($"https://{Address}:{PeerPort}");

    /// <summary>The end of the cable on the machine's side. At most 15 characters, the kernel's limit.</summary>
    public string Link(Profile profile) => string.Create(CultureInfo.InvariantCulture, $"c{Number}-{profile.ControlPlaneBridge[3..]}");

    /// <summary>All of a profile; none where its one control plane shares the machine's network.</summary>
    public static IReadOnlyList<ControlPlane> Of(Profile profile) => profile.ControlPlanes < 2 ? [] : Of(profile, profile.ControlPlanes);

    internal static IReadOnlyList<ControlPlane> Of(Profile profile, int count) =>
    [
        .. Enumerable.Range(1, count).Select(number => new ControlPlane(
            number,
            string.Create(CultureInfo.InvariantCulture, $"navarch-{profile.Name}-{number}"),
            AddressIn(profile.ControlPlaneNetwork, (byte)(AddressFirst + number - 1)),
            profile.ApiPort)),
    ];

    /// <summary>The machine's own address on their bridge.</summary>
    internal static IPAddress Gateway(Profile profile) => AddressIn(profile.ControlPlaneNetwork, 1);

    private static IPAddress AddressIn(IPNetwork network, byte host)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[^1] = host;
        return new IPAddress(bytes);
    }

    private string Named(string part) => string.Create(CultureInfo.InvariantCulture, $"{part}-{Number}");
}
