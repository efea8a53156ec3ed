namespace Navarch.ApiServer;

/// <summary>The kinds of authorizers that an operator can choose, by upstream's names.</summary>
public static class AuthorizerTypes
{
    public const string Node = "Node";
    public const string Rbac = "RBAC";
    public const string Webhook = "Webhook";
    public const string AlwaysAllow = "AlwaysAllow";
    public const string AlwaysDeny = "AlwaysDeny";

    public static IReadOnlyList<string> All { get; } = [AlwaysAllow, AlwaysDeny, Node, Rbac, Webhook];

    /// <summary>The name that one has of which there can be only one.</summary>
    public static string NameOf(string type) => type.ToLowerInvariant();
}
