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
    private readonly WebhookAuthorizer? webhook;

    /// <exception cref="ArgumentException">A mode is unknown, or not configured.</exception>
    public Access(ApiServerConfig config, Catalog catalog, TimeProvider time, ILoggerFactory logs)
    {
        this.catalog = catalog;
        graph = new NodeGraph(catalog);
        webhook = config.AuthorizationWebhook is { } asked ? new WebhookAuthorizer(asked, time, logs.CreateLogger("Navarch.ApiServer.AuthorizationWebhook")) : null;
        var rbac = new RbacAuthorizer(roles);
        Authorizer = new AuthorizerChain([.. config.AuthorizationModes.Select(mode => (IAuthorizer)(mode switch
        {
            "Node" => new NodeAuthorizer(graph, Policy.RulesOf("system:node")),
            "RBAC" => rbac,
            "Webhook" when webhook is not null => webhook,
            _ => throw new ArgumentException($"\"{mode}\" is no authorization mode, or lacks its configuration", nameof(config)),
        }))]);
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

    public void Dispose() => webhook?.Dispose();
}
