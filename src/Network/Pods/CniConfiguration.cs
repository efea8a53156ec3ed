using System.Net;
using System.Text.Json.Nodes;

namespace Navarch.Network.Pods;

/// <summary>What the runtime is told of the pod network: which plugins give a pod its interface and address.</summary>
internal static class CniConfiguration
{
    /// <remarks>
    /// Left out on purpose: <c>ipMasq</c> and <c>portmap</c>. Both run iptables; masquerading and host ports are in this
    /// project's own tables (docs/decisions/0002-host-ports.md). The loopback interface is the runtime's own business.
    /// </remarks>
    public static string For(PodNetworkConfig config, IPNetwork nodePods)
    {
        var bridge = new JsonObject
        {
            ["type"] = "bridge",
            ["bridge"] = config.BridgeName,
            ["isGateway"] = true,
            ["ipMasq"] = false,
            ["hairpinMode"] = true,
            ["ipam"] = new JsonObject
            {
                ["type"] = "host-local",
                ["dataDir"] = config.AddressDirectory,
                ["ranges"] = new JsonArray(new JsonArray(new JsonObject { ["subnet"] = nodePods.ToString() })),
                ["routes"] = new JsonArray(new JsonObject { ["dst"] = "0.0.0.0/0" }),
            },
        };
        if (config.Mtu > 0)
        {
            bridge["mtu"] = config.Mtu;
        }
        return new JsonObject
        {
            ["cniVersion"] = "0.4.0", // The newest that the plugins of Ubuntu 22.04 know.
            ["name"] = config.Name,
            ["plugins"] = new JsonArray(bridge),
        }.ToJsonString(new() { WriteIndented = true }) + "\n";
    }

    /// <summary>Writes the file so that the runtime, which watches the directory, never sees a part of it.</summary>
    public static void Write(PodNetworkConfig config, IPNetwork nodePods)
    {
        var text = For(config, nodePods);
        if (File.Exists(config.CniConfigPath) && File.ReadAllText(config.CniConfigPath) == text)
        {
            return;
        }
        Directory.CreateDirectory(config.CniConfigDirectory);

        // Not an ending that the runtime reads; but in its directory, since containerd reloads when a name goes from there, and
        // not when one comes.
        var temporary = config.CniConfigPath + ".new";
        File.WriteAllText(temporary, text);
        File.Move(temporary, config.CniConfigPath, overwrite: true);
    }
}
