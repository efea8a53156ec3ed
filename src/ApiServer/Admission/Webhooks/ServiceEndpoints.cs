using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>
/// Finds a ready endpoint behind <c>NAME.NAMESPACE.svc</c>. Straight to it: the server's machine need not be one that
/// service addresses are known on.
/// </summary>
internal sealed class ServiceEndpoints(Kind services, Kind slices, Random random)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <returns>An address, or the name outside of the cluster that the service stands for.</returns>
    /// <exception cref="UnreachableException">Nobody is there.</exception>
    public (string Host, int Port) Resolve(string host, int port)
    {
        var (name, space) = host.Split('.') is [var first, var second, "svc"] ? (first, second) : throw new UnreachableException($"service {host} not found");
        if (services.Objects.Current.Objects.Find(services.Key(space, name))?.Value is not Service service)
        {
            throw new UnreachableException($"service \"{name}\" not found");
        }

        if (service.Spec is { Type: ServiceType.ExternalName, ExternalName: { Length: > 0 } elsewhere })
        {
            return (elsewhere, port);
        }

        var wanted = service.Spec.Ports.FirstOrDefault(item => item.Port == port) ?? throw new UnreachableException($"no service port {port} found for service \"{name}\"");
        var ready = new List<(string Address, int Port)>();
        foreach (var slice in slices.In<EndpointSlice>(space))
        {
            if (slice.AddressType == AddressType.FQDN || slice.Metadata.Labels.Find(ServiceNameLabel) != name
                || slice.Ports.FirstOrDefault(item => (item.Name ?? "") == wanted.Name)?.Port is not { } number)
            {
                continue;
            }

            ready.AddRange(slice.Endpoints.Where(static endpoint => endpoint.Conditions.Ready != false && endpoint.Addresses.Count > 0).Select(endpoint => (endpoint.Addresses[0], number)));
        }

        if (ready.Count == 0)
        {
            throw new UnreachableException($"no endpoints available for service \"{name}\"");
        }

        lock (random)
        {
            return ready[random.Next(ready.Count)];
        }
    }
}
