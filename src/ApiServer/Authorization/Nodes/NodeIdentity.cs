using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authorization.Nodes;

/// <summary>Which node a kubelet speaks for.</summary>
internal static class NodeIdentity
{
    private const string UserPrefix = "system:node:";
    private const string Group = "system:nodes";

    /// <summary>Null for everybody who is no kubelet; empty for one that does not say of which node.</summary>
    public static string? Of(UserInfo user) =>
        user.Name.StartsWith(UserPrefix, StringComparison.Ordinal) && user.IsIn(Group) ? user.Name[UserPrefix.Length..] : null;
}
