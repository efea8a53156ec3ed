using Navarch.ApiServer.Authorization.Rbac;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Pods;

namespace Navarch.ApiServer.Authorization.Nodes;

/// <summary>
/// Allows a kubelet what its node needs: to read what its own pods refer to, to write its own node and their status, and
/// beside that what the role system:node says. What only the object tells is checked by <see cref="NodeRestriction"/>.
/// </summary>
internal sealed class NodeAuthorizer(NodeGraph graph, RoleRules rules) : IAuthorizer
{
    private const string LeaseNamespace = "kube-node-lease";

    public ValueTask<Decision> DecideAsync(UserInfo user, RequestInfo request, CancellationToken ct)
    {
        if (NodeIdentity.Of(user) is not { } node)
        {
            return new(Decision.NoOpinion);
        }

        return new(node.Length == 0 ? Decision.Abstain($"unknown node for user {GoText.Quote(user.Name)}") : Decide(node, request));
    }

    public HeldRules RulesOf(UserInfo user, string @namespace) =>
        NodeIdentity.Of(user) is null ? HeldRules.None : new HeldRules([], "node authorizer does not support user rule resolution");

    private Decision Decide(string node, RequestInfo request) => !request.IsResource ? ByRules(request) : (request.Group, request.Resource) switch
    {
        ("", "secrets") => Read(node, Needed.Secret, request),
        ("", "configmaps") => Read(node, Needed.ConfigMap, request),
        ("", "persistentvolumeclaims") when request.Subresource == "status" => request.Verb is "update" or "patch"
            ? Related(node, request, graph.Needs(node, Needed.Claim, request.Namespace, request.ObjectName))
            : Decision.Abstain("can only get/update/patch this type"),
        ("", "persistentvolumeclaims") => Get(node, request, graph.Needs(node, Needed.Claim, request.Namespace, request.ObjectName)),
        ("", "persistentvolumes") => Get(node, request, graph.NeedsVolume(node, request.ObjectName)),
        ("resource.k8s.io", "resourceclaims") => Get(node, request, graph.Needs(node, Needed.ResourceClaim, request.Namespace, request.ObjectName)),
        ("storage.k8s.io", "volumeattachments") => Get(node, request, graph.HasAttachment(node, request.ObjectName)),
        ("", "serviceaccounts") => Account(node, request),
        ("coordination.k8s.io", "leases") => Lease(node, request),
        ("storage.k8s.io", "csinodes") => CsiNode(node, request),
        ("resource.k8s.io", "resourceslices") => Slice(node, request),
        ("", "nodes") => Node(node, request),
        ("", "pods") => Pod(node, request),
        _ => ByRules(request),
    };

    private Decision ByRules(RequestInfo request) => rules.Allows(request) ? Decision.Allow() : Decision.NoOpinion;

    private Decision Read(string node, Needed what, RequestInfo request)
    {
        if (request.Verb is not ("get" or "list" or "watch"))
        {
            return Decision.Abstain("can only read resources of this type");
        }

        return request.Subresource.Length > 0 ? Decision.Abstain("cannot read subresource")
            : request.Namespace.Length == 0 ? Decision.Abstain("can only read namespaced object of this type")
            : Related(node, request, graph.Needs(node, what, request.Namespace, request.ObjectName));
    }

    private static Decision Get(string node, RequestInfo request, bool isRelated) =>
        request.Verb != "get" ? Decision.Abstain("can only get individual resources of this type")
        : request.Subresource.Length > 0 ? Decision.Abstain("cannot get subresource")
        : Related(node, request, isRelated);

    private static Decision Related(string node, RequestInfo request, bool isRelated) =>
        request.ObjectName.Length == 0 ? Decision.Abstain("No Object name found")
        : isRelated ? Decision.Allow()
        : Decision.Abstain($"no relationship found between node '{node}' and this object");

    private Decision Account(string node, RequestInfo request)
    {
        if (request is { Verb: "get", Subresource.Length: 0, ObjectName.Length: > 0 })
        {
            return Related(node, request, graph.Needs(node, Needed.Account, request.Namespace, request.ObjectName));
        }

        return request.Verb != "create" || request.Name.Length == 0 ? Decision.Abstain("can only create tokens for individual service accounts")
            : request.Subresource != "token" ? Decision.Abstain("can only create token subresource of serviceaccount")
            : Related(node, request, graph.Needs(node, Needed.Account, request.Namespace, request.Name));
    }

    private static Decision Lease(string node, RequestInfo request)
    {
        if (request.Verb is not ("get" or "create" or "update" or "patch" or "delete"))
        {
            return Decision.Abstain("can only get, create, update, patch, or delete a node lease");
        }

        return request.Namespace != LeaseNamespace ? Decision.Abstain($"can only access leases in the \"{LeaseNamespace}\" system namespace")
            : request.Verb != "create" && request.Name != node ? Decision.Abstain("can only access node lease with the same name as the requesting node")
            : Decision.Allow();
    }

    private static Decision CsiNode(string node, RequestInfo request)
    {
        if (request.Verb is not ("get" or "create" or "update" or "patch" or "delete"))
        {
            return Decision.Abstain("can only get, create, update, patch, or delete a CSINode");
        }

        return request.Subresource.Length > 0 ? Decision.Abstain("cannot authorize CSINode subresources")
            : request.Verb != "create" && request.Name != node ? Decision.Abstain("can only access CSINode with the same name as the requesting node")
            : Decision.Allow();
    }

    private Decision Slice(string node, RequestInfo request) => request switch
    {
        { Subresource.Length: > 0 } => Decision.Abstain("cannot authorize ResourceSlice subresources"),
        { Verb: "create" } => Decision.Allow(),
        { Verb: "get" or "update" or "patch" or "delete" } => Related(node, request, graph.HasSlice(node, request.Name)),
        { Verb: "watch" or "list" or "deletecollection" } => request.FieldValue("spec.nodeName") == node || request.FieldValue("nodeName") == node
            ? Decision.Allow()
            : Decision.Abstain("can only list/watch/deletecollection resourceslices with nodeName field selector"),
        _ => Decision.Abstain("only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection"),
    };

    private static Decision Node(string node, RequestInfo request) => request switch
    {
        { Subresource: "", Verb: "create" or "update" or "patch" } or { Subresource: "status", Verb: "update" or "patch" } => Decision.Allow(),
        { Subresource: "", Verb: "get" or "list" or "watch" } => request.ObjectName == node ? Decision.Allow()
            : request.ObjectName.Length == 0 ? Decision.Abstain($"node '{node}' cannot read all nodes, only its own Node object")
            : Decision.Abstain($"node '{node}' cannot read '{request.ObjectName}', only its own Node object"),
        _ => Decision.NoOpinion,
    };

    private Decision Pod(string node, RequestInfo request)
    {
        switch (request)
        {
            case { Subresource: "", Verb: "create" or "delete" } or { Subresource: "status", Verb: "update" or "patch" } or { Subresource: "eviction", Verb: "create" }:
                return Decision.Allow();
            case { Subresource: "", Verb: "list" or "watch" } when request.FieldValue("spec.nodeName") == node:
                return Decision.Allow();
            case { Subresource: "", Verb: "list" or "watch", ObjectName: "" }:
                return Decision.Abstain("can only list/watch pods with spec.nodeName field selector");
            case { Subresource: "", Verb: "get" or "list" or "watch" }:
                return Related(node, request, graph.HasPod(node, request.Namespace, request.ObjectName));
            default:
                return Decision.NoOpinion;
        }
    }
}
