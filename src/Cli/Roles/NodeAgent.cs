using Navarch.Cluster.Lifecycle;
using Navarch.Network.Services;

namespace Navarch.Cli.Roles;

/// <summary>The parts of a node, each written out with what it is given.</summary>
internal static class NodeAgent
{
    /// <summary>The service proxy.</summary>
    public static async Task ProxyAsync(RoleContext context, CancellationToken ct)
    {
        using var client = context.Client("proxy");
        await ProxyProcess.RunAsync(NodeNetwork.Proxy(context.Profile), client, context.Logs, context.Time, ct);
    }
}
