using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources;

namespace Navarch.ApiServer.Authentication;

/// <summary>
/// A way to act as somebody else for some requests only. One must be allowed to be that one (<c>impersonate:MODE</c>), and to do, as
/// somebody else, what the request does (<c>impersonate-on:MODE:VERB</c>).
/// </summary>
internal sealed record ImpersonationMode(string Name)
{
    private const string NodePrefix = "system:node:";

    private static readonly ImpersonationMode OwnNode = new("associated-node") { IsOfNodes = true };
    private static readonly ImpersonationMode AnyNode = new("arbitrary-node") { IsOfNodes = true };
    private static readonly ImpersonationMode Account = new("serviceaccount");
    private static readonly ImpersonationMode Others = new("user-info");

    /// <summary>Whoever acts as a node is in the group of nodes.</summary>
    public bool IsOfNodes { get; private init; }

    public string Verb => "impersonate:" + Name;

    /// <summary>What one must be allowed besides.</summary>
    public RequestInfo On(RequestInfo info) => info with { Verb = $"impersonate-on:{Name}:{info.Verb}" };

    /// <summary>The modes for somebody to act as somebody else, in the order in which they are tried.</summary>
    public static IReadOnlyList<ImpersonationMode> Of(UserInfo user, UserInfo wanted)
    {
        var node = NodeOf(wanted.Name);
        var isAccount = Impersonation.TrySplitAccount(wanted.Name, out _, out _);
        if (node is null && !isAccount)
        {
            return [Others];
        }

        // Nodes and accounts are in the groups that they are in: who asks for more acts as somebody that there is not.
        return wanted.Groups.Count > 0 || wanted.Uid.Length > 0 || wanted.Extra.Count > 0 ? []
            : node is null ? [Account]
            : RunsOn(user, node) ? [OwnNode, AnyNode]
            : [AnyNode];
    }

    /// <summary>The node whose user it is; null for other users.</summary>
    public static string? NodeOf(string user) =>
        user.StartsWith(NodePrefix, StringComparison.Ordinal) && user[NodePrefix.Length..] is var name && Names.SubdomainProblem(name) is null ? name : null;

    // What the token of a pod says.
    private static bool RunsOn(UserInfo user, string node) =>
        Impersonation.TrySplitAccount(user.Name, out _, out _)
        && user.Extra.Find("authentication.kubernetes.io/pod-name") is [{ Length: > 0 }]
        && user.Extra.Find("authentication.kubernetes.io/node-name") is [var own] && own == node;
}
