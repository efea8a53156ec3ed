using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Network.Tests;

/// <summary>Objects that name only what a test is about.</summary>
internal static class A
{
    public static Service Service(
        string clusterIP = "10.96.0.10", string type = ServiceType.ClusterIP, int nodePort = 0, string name = "web", int port = 80) => new()
    {
        Metadata = ObjectMeta.Empty with { Namespace = "default", Name = name },
        Spec = ServiceSpec.Empty with
        {
            ClusterIP = clusterIP,
            Type = type,
            Ports = [new() { Port = port, Protocol = Protocol.TCP, NodePort = nodePort }],
        },
    };

    /// <summary>Endpoints on port 8080, such as "10.244.0.5", or "10.244.1.7 there ready=false terminating=true".</summary>
    public static EndpointSlice Slice(params string[] endpoints) => new()
    {
        Metadata = ObjectMeta.Empty with
        {
            Namespace = "default",
            Name = "web-1",
            Labels = [KeyValuePair.Create("kubernetes.io/service-name", "web")],
        },
        AddressType = AddressType.IPv4,
        Ports = [new() { Name = "", Port = 8080, Protocol = Protocol.TCP }],
        Endpoints = [.. endpoints.Select(Endpoint)],
    };

    private static Endpoint Endpoint(string text)
    {
        var words = text.Split(' ');
        return new()
        {
            Addresses = [words[0].Contains('.') || words.Length > 1 || words[0].Contains(':') ? words[0] : text],
            NodeName = words.Contains("there") ? "there" : "here",
            Conditions = new() { Ready = Said("ready"), Serving = Said("serving"), Terminating = Said("terminating") },
        };

        bool? Said(string condition) =>
            words.FirstOrDefault(word => word.StartsWith(condition + "=")) is { } said ? said.EndsWith("true") : null;
    }
}
