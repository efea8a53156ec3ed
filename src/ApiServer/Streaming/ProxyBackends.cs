using System.Globalization;
using System.Net;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>Where a request to <c>[SCHEME:]NAME[:PORT]/proxy</c> goes.</summary>
/// <param name="Kubelet">Of a node: it is for the kubelet itself, who is spoken to with the server's own identity.</param>
internal sealed record ProxyBackend(string Scheme, string Host, int Port, KubeletAddress? Kubelet = null)
{
    public string Authority => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>Finds where a request to the proxy subresource of a pod, a service or a node goes.</summary>
internal sealed class ProxyBackends(ObjectWriter objects, Catalog catalog, PodTarget target, Func<IPAddress, bool> mayReach)
{
    /// <exception cref="StatusException">400: not a name, or an address that is not to be reached. 404. 503: there is no backend now.</exception>
    public async Task<ProxyBackend> FindAsync(Kind kind, string @namespace, string text, CancellationToken ct)
    {
        var (scheme, name, port) = Split(kind, text);
        if (kind.Type == Node.ResourceType)
        {
            var kubelet = await target.NodeAsync(name, ct);
            return port.Length == 0 || Number(port) == kubelet.Port
                ? new ProxyBackend("https", kubelet.Host, kubelet.Port, kubelet)
                : new ProxyBackend(scheme, kubelet.Host, Number(port) ?? throw Invalid(kind, text));
        }

        return kind.Type == Pod.ResourceType
            ? await PodAsync(kind, @namespace, scheme, name, port, ct)
            : await ServiceAsync(kind, @namespace, scheme, name, port, ct);
    }

    private async Task<ProxyBackend> PodAsync(Kind kind, string @namespace, string scheme, string name, string port, CancellationToken ct)
    {
        var found = await objects.FindAsync(kind, kind.Key(@namespace, name), ct) ?? throw StatusErrors.NotFound(kind.Type, name).AsException();
        var pod = (Pod)found.Value;
        var ports = pod.Spec.Containers.SelectMany(static container => container.Ports);
        var number = port.Length == 0
            ? ports.FirstOrDefault()?.ContainerPortValue ?? (scheme == "https" ? 443 : 80)
            : Number(port) ?? ports.FirstOrDefault(p => p.Name == port)?.ContainerPortValue ?? throw Invalid(kind, $"{name}:{port}");
        return IPAddress.TryParse(pod.Status.PodIP, out var address) && mayReach(address)
            ? new ProxyBackend(scheme, address.ToString(), number)
            : throw NotAllowed();
    }

    private async Task<ProxyBackend> ServiceAsync(Kind kind, string @namespace, string scheme, string name, string port, CancellationToken ct)
    {
        var found = await objects.FindAsync(kind, kind.Key(@namespace, name), ct) ?? throw StatusErrors.NotFound(kind.Type, name).AsException();
        var service = (Service)found.Value;
        var wanted = port.Length == 0
            ? (service.Spec.Ports.Count == 1 ? service.Spec.Ports[0] : service.Spec.Ports.FirstOrDefault(static p => p.Name.Length == 0))
            : service.Spec.Ports.FirstOrDefault(p => p.Name == port || p.Port == Number(port));
        if (wanted is not null)
        {
            var endpoints = catalog.Get<Endpoints>();
            var subsets = (await objects.FindAsync(endpoints, endpoints.Key(@namespace, name), ct))?.Value is Endpoints value ? value.Subsets : [];
            foreach (var subset in subsets)
            {
                if (subset.Ports.FirstOrDefault(p => p.Name == wanted.Name) is not { } at)
                {
                    continue;
                }

                foreach (var candidate in subset.Addresses)
                {
                    if (IPAddress.TryParse(candidate.IP, out var address) && mayReach(address) && await IsOfPodAsync(candidate, @namespace, ct))
                    {
                        return new ProxyBackend(scheme, address.ToString(), at.Port);
                    }
                }
            }
        }

        throw StatusErrors.ServiceUnavailable($"no endpoints available for service \"{service.Metadata.Name}\"").AsException();
    }

    // Endpoints say what whoever writes them likes. What counts is an address of a pod of the same namespace.
    private async Task<bool> IsOfPodAsync(EndpointAddress address, string @namespace, CancellationToken ct)
    {
        if (address.TargetRef is not { Kind: "Pod" } reference || reference.Namespace != @namespace)
        {
            return false;
        }

        var pods = catalog.Get<Pod>();
        return (await objects.FindAsync(pods, pods.Key(@namespace, reference.Name), ct))?.Value is Pod pod && pod.Status.PodIPs.Any(ip => ip.IP == address.IP);
    }

    /// <summary><c>https:name:port</c>, <c>name:port</c> or <c>name</c>.</summary>
    private static (string Scheme, string Name, string Port) Split(Kind kind, string text) => text.Split(':') switch
    {
        [{ Length: > 0 } name] => ("http", name, ""),
        [{ Length: > 0 } name, var port] => ("http", name, port),
        ["", { Length: > 0 } name, var port] => ("http", name, port),
        ["http" or "https", { Length: > 0 } name, var port] => (text[..text.IndexOf(':', StringComparison.Ordinal)], name, port),
        _ => throw Invalid(kind, text),
    };

    private static int? Number(string port) => int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536 ? number : null;

    private static StatusException Invalid(Kind kind, string text) => StatusErrors.BadRequest($"invalid {kind.Type.Singular} request \"{text}\"").AsException();

    public static StatusException NotAllowed(Exception? cause = null) => StatusErrors.BadRequest("address not allowed").AsException(cause);
}
