using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Authorization.Defaults;
using Navarch.ApiServer.Authorization.Nodes;
using Navarch.ApiServer.Authorization.Rbac;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Composition;

/// <summary>Who may do what: the authorizers that are asked, in order, and what they are made of.</summary>
internal sealed class Access : IDisposable
{
    private readonly Catalog catalog;
    private readonly RbacIndex roles = new();
    private readonly NodeGraph graph;
    private readonly ChosenAuthorizers chosen;

    /// <exception cref="ArgumentException">A mode is unknown, or not configured.</exception>
    /// <exception cref="InvalidDataException">The file of authorizers cannot be used.</exception>
    public Access(ApiServerConfig config, Catalog catalog, TimeProvider time, ILoggerFactory logs)
    {
        this.catalog = catalog;
        graph = new NodeGraph(catalog);
        var rbac = new RbacAuthorizer(roles);
        chosen = new ChosenAuthorizers(config, new NodeAuthorizer(graph, Policy.RulesOf("system:node")), rbac, time, logs);
        Authorizer = new AuthorizerChain(() => chosen.Current);
        Escalation = new EscalationCheck(Authorizer, rbac, roles);
        Nodes = new NodeRestriction(catalog, Authorizer);
    }

    /// <summary>The roles and bindings that every cluster has.</summary>
    public DefaultPolicy Policy { get; } = DefaultPolicy.Read();

    public AuthorizerChain Authorizer { get; }

    public EscalationCheck Escalation { get; }

    public NodeRestriction Nodes { get; }

    /// <summary>Learns what is stored. To be called when the cache is loaded and stands still.</summary>
    public void Attach()
    {
        roles.Attach(catalog);
        graph.Attach();
    }

    public void Dispose() => chosen.Dispose();
}
