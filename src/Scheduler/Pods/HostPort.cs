using Navarch.Api.Core.V1;
using Transport = Navarch.Api.Core.V1.Protocol;

namespace Navarch.Scheduler.Pods;

/// <summary>A port of the node that a pod takes for itself.</summary>
internal readonly record struct HostPort(string Ip, string Protocol, int Port)
{
    private const string AnyIp = "0.0.0.0";

    /// <summary>Whether both cannot be had on one node: the same port, on the same address or with one of them on all.</summary>
    public bool ConflictsWith(HostPort other) =>
        Port == other.Port && Protocol == other.Protocol && (Ip == other.Ip || Ip == AnyIp || other.Ip == AnyIp);

    /// <summary>The ports of containers and sidecars; init containers are over before others could miss theirs.</summary>
    public static HostPort[] Of(PodSpec pod)
    {
        List<HostPort>? ports = null;
        foreach (var container in pod.Containers)
        {
            Add(container, ref ports);
        }

        foreach (var container in pod.InitContainers)
        {
            if (container.RestartPolicy == RestartPolicy.Always)
            {
                Add(container, ref ports);
            }
        }

        return ports is null ? [] : [.. ports];
    }

    private static void Add(Container container, ref List<HostPort>? ports)
    {
        foreach (var port in container.Ports)
        {
            if (port.HostPort > 0)
            {
                ports ??= [];
                ports.Add(new HostPort(
                    port.HostIP.Length == 0 ? AnyIp : port.HostIP,
                    port.Protocol.Length == 0 ? Transport.TCP : port.Protocol,
                    port.HostPort));
            }
        }
    }
}
