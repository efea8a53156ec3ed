using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.Meta.V1;
using SlicePort = Navarch.Api.Discovery.V1.EndpointPort;

namespace Navarch.Dns.Tests;

/// <summary>Objects of the API, by what the tests are about.</summary>
internal static class A
{
    public static Namespace Namespace(string name) => new() { Metadata = new ObjectMeta { Name = name } };

    public static Service Service(string name, params string[] addresses) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = "default" },
        Spec = new ServiceSpec
        {
            Type = ServiceType.ClusterIP,
            ClusterIP = addresses is [var first, ..] ? first : "None",
            ClusterIPs = addresses is [] ? ["None"] : addresses,
            Ports =
            [
                new ServicePort { Name = "http", Protocol = "TCP", Port = 80 },
                new ServicePort { Name = "dns", Protocol = "UDP", Port = 53 },
                new ServicePort { Protocol = "TCP", Port = 9999 },
            ],
        },
    };

    public static Service ExternalName(string name, string target) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = "default" },
        Spec = new ServiceSpec { Type = ServiceType.ExternalName, ExternalName = target },
    };

    public static EndpointSlice Slice(string service, params Endpoint[] endpoints) => Slice(service, AddressType.IPv4, endpoints);

    public static EndpointSlice Slice(string service, string addressType, params Endpoint[] endpoints) => new()
    {
        Metadata = new ObjectMeta { Name = $"{service}-{addressType.ToLowerInvariant()}", Namespace = "default", Labels = [new("kubernetes.io/service-name", service)] },
        AddressType = addressType,
        Endpoints = endpoints,
        Ports = [new SlicePort { Name = "http", Protocol = "TCP", Port = 8080 }],
    };

    public static Endpoint Endpoint(string address, string? hostname = null, bool? ready = true) =>
        new() { Addresses = [address], Hostname = hostname, Conditions = new EndpointConditions { Ready = ready } };
}
