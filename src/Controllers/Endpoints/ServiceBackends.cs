using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>One address behind a Service, with the ports the Service has there.</summary>
internal sealed record Backend(Pod Pod, string IP, bool IsReady, bool IsServing, bool IsTerminating, IReadOnlyList<BackendPort> Ports)
{
    /// <summary>The name under which DNS knows the pod in a headless Service; empty when it has none.</summary>
    public string HostnameIn(Service service) =>
        Pod.Spec.Hostname.Length > 0 && Pod.Spec.Subdomain == service.Metadata.Name ? Pod.Spec.Hostname : "";
}

/// <summary>A port of a Service as it is on a pod: the same name may be another number on each.</summary>
internal readonly record struct BackendPort(string Name, string Protocol, int Port, string? AppProtocol);

/// <summary>Finds what is behind a Service: the one computation that EndpointSlices and Endpoints both show.</summary>
internal static class ServiceBackends
{
    public const string IPv4 = "IPv4";
    public const string IPv6 = "IPv6";

    /// <summary>Backends of one address family, sorted by pod. Finished pods and pods without an address are none.</summary>
    public static IReadOnlyList<Backend> Of(Service service, IEnumerable<Pod> pods, string family)
    {
        var found = new List<Backend>();
        foreach (var pod in pods.OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal))
        {
            if (!pod.IsFinished && AddressOf(pod, family) is { } address)
            {
                var isServing = pod.IsReady;
                found.Add(new Backend(
                    pod, address,
                    IsReady: service.Spec.PublishNotReadyAddresses || (isServing && !pod.IsBeingDeleted),
                    isServing, pod.IsBeingDeleted,
                    PortsOf(service, pod)));
            }
        }

        return found;
    }

    /// <summary>Services whose selector matches the pod.</summary>
    public static IEnumerable<NamespacedName> ServicesOf(Informer<Service> services, Pod pod) =>
        services.List(pod.Metadata.Namespace)
            .Where(service => Selectors.Of(service.Spec.Selector).Matches(pod.Metadata.Labels)).Select(service => NamespacedName.Of(service));

    /// <summary>Families the Service has addresses of; IPv4 when it says nothing.</summary>
    public static IReadOnlyList<string> FamiliesOf(Service service) => service.Spec.IPFamilies.Count > 0 ? service.Spec.IPFamilies : [IPv4];

    private static string? AddressOf(Pod pod, string family)
    {
        var isV6 = family == IPv6;
        var address = pod.Status.PodIPs.Select(ip => ip.IP).FirstOrDefault(ip => ip.Contains(':') == isV6) ?? "";
        if (address.Length == 0 && pod.Status.PodIP.Contains(':') == isV6)
        {
            address = pod.Status.PodIP;
        }

        return address.Length > 0 ? address : null;
    }

    private static IReadOnlyList<BackendPort> PortsOf(Service service, Pod pod)
    {
        var ports = new List<BackendPort>();
        foreach (var port in service.Spec.Ports)
        {
            var protocol = port.Protocol.Length > 0 ? port.Protocol : Protocol.TCP;
            if (NumberOn(pod, port, protocol) is { } number)
            {
                ports.Add(new BackendPort(port.Name, protocol, number, port.AppProtocol));
            }
        }

        return ports;
    }

    /// <summary>Null when the pod has no port of the wanted name.</summary>
    private static int? NumberOn(Pod pod, ServicePort port, string protocol)
    {
        if (!port.TargetPort.IsString)
        {
            return port.TargetPort.Number > 0 ? port.TargetPort.Number : port.Port;
        }

        var sidecars = pod.Spec.InitContainers.Where(container => container.RestartPolicy == ContainerRestartPolicy.Always);
        return pod.Spec.Containers.Concat(sidecars).SelectMany(container => container.Ports)
            .Where(known => known.Name == port.TargetPort.Text && (known.Protocol.Length > 0 ? known.Protocol : Protocol.TCP) == protocol)
            .Select(known => (int?)known.ContainerPortValue).FirstOrDefault();
    }
}
