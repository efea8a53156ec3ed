using Navarch.Cluster.Processes;
using Navarch.Cluster.Profiles;
using Navarch.Network.ControlPlanes;

namespace Navarch.Cluster.ControlPlanes;

/// <summary>The network of a cluster's control planes: a bridge on the machine, and for each a namespace with a cable to it.</summary>
internal static class ControlPlaneNetwork
{
    private const string Advice = "see whether another program uses these names (`ip link`, `ip netns`), or delete the cluster and start it again";

    // The name inside of the namespace, as on a machine of its own.
    private const string Inside = "eth0";

    /// <summary>Makes what is missing. What is there is left as it is: somebody may have cut a cable on purpose.</summary>
    public static async Task EnsureAsync(Profile profile, CancellationToken ct)
    {
        var bridge = profile.ControlPlaneBridge;
        if (!Exists(bridge))
        {
            await IpAsync(ct, "link", "add", bridge, "type", "bridge", "forward_delay", "0");
            await IpAsync(ct, "address", "add", $"{ControlPlane.Gateway(profile)}/{profile.ControlPlaneNetwork.PrefixLength}", "dev", bridge);
            await IpAsync(ct, "link", "set", bridge, "up");
        }

        foreach (var plane in ControlPlane.Of(profile))
        {
            if (!File.Exists(plane.NamespacePath))
            {
                await IpAsync(ct, "netns", "add", plane.Namespace);
                await IpAsync(ct, "-n", plane.Namespace, "link", "set", "lo", "up");
            }

            if (!Exists(plane.Link(profile)))
            {
                await IpAsync(ct, "link", "add", plane.Link(profile), "type", "veth", "peer", "name", Inside, "netns", plane.Namespace);
                await IpAsync(ct, "-n", plane.Namespace, "address", "add", $"{plane.Address}/{profile.ControlPlaneNetwork.PrefixLength}", "dev", Inside);
                await IpAsync(ct, "-n", plane.Namespace, "link", "set", Inside, "up");
                await IpAsync(ct, "link", "set", plane.Link(profile), "master", bridge, "up");
                await IpAsync(ct, "-n", plane.Namespace, "route", "replace", "default", "via", ControlPlane.Gateway(profile).ToString());
            }
        }

        ControlPlaneRules.Set(profile.ControlPlaneTable, bridge, profile.ControlPlaneNetwork);
    }

    /// <summary>Takes everything away that a profile of this name can have. Its processes must have ended.</summary>
    public static async Task RemoveAsync(Profile profile, CancellationToken ct)
    {
        var planes = ControlPlane.Of(profile, Profile.ControlPlanesMax);
        if (!Exists(profile.ControlPlaneBridge) && !planes.Any(plane => File.Exists(plane.NamespacePath) || Exists(plane.Link(profile))))
        {
            return;
        }

        foreach (var plane in planes)
        {
            // Deleting one end of a cable deletes the other; the namespace alone would do so too, but later.
            if (Exists(plane.Link(profile)))
            {
                await IpAsync(ct, "link", "delete", plane.Link(profile));
            }

            if (File.Exists(plane.NamespacePath))
            {
                await IpAsync(ct, "netns", "delete", plane.Namespace);
            }
        }

        if (Exists(profile.ControlPlaneBridge))
        {
            await IpAsync(ct, "link", "delete", profile.ControlPlaneBridge);
        }

        ControlPlaneRules.Remove(profile.ControlPlaneTable, profile.ControlPlaneBridge);
    }

    private static bool Exists(string link) => Directory.Exists($"/sys/class/net/{link}");

    private static Task IpAsync(CancellationToken ct, params IReadOnlyList<string> arguments) => Tool.RequireAsync("ip", arguments, Advice, ct);
}
