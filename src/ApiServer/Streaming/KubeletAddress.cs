using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>Where the kubelet of a node is reached, and as whom it must identify itself.</summary>
internal sealed record KubeletAddress(string NodeName, string Host, int Port)
{
    // Inside the cluster first: the other ways may lead through somebody else's hands.
    private static readonly string[] Preferred = ["InternalIP", "InternalDNS", "Hostname", "ExternalIP", "ExternalDNS"];

    public string Authority => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <exception cref="StatusException">404: there is no such node. 500: the node tells no address.</exception>
    public static async Task<KubeletAddress> FindAsync(ObjectWriter objects, Kind nodes, string nodeName, int defaultPort, CancellationToken ct)
    {
        var found = await objects.FindAsync(nodes, nodeName, ct) ?? throw StatusErrors.NotFound(Node.ResourceType, nodeName).AsException();
        var status = ((Node)found.Value).Status;
        foreach (var type in Preferred)
        {
            foreach (var address in status.Addresses)
            {
                if (address.Type == type && Uri.CheckHostName(address.Address) != UriHostNameType.Unknown)
                {
                    return new KubeletAddress(nodeName, address.Address, status.DaemonEndpoints.KubeletEndpoint.Port is > 0 and < 65536 and var port ? port : defaultPort);
                }
            }
        }

        throw StatusErrors.InternalError($"no preferred addresses found; known addresses: {status.Addresses.Count}").AsException();
    }
}
