namespace Navarch.ApiServer.Tokens;

/// <summary>Who signs the tokens of service accounts, who they say they are from and whom they are for. Names and defaults are those of upstream's options.</summary>
public sealed record ServiceAccountTokenConfig
{
    /// <summary>PEM. The first private key of the first file signs, all keys of all files check. Followed while the server runs.</summary>
    public required IReadOnlyList<string> KeyFiles { get; init; }

    /// <summary>Whether the keys of the first file are changed through the server, which then keeps account in it.</summary>
    public bool KeepsKeys { get; init; }

    /// <summary>The first is whom tokens say they are from; tokens of the others are believed too.</summary>
    public IReadOnlyList<string> Issuers { get; init; } = ["https://kubernetes.default.svc.cluster.local"];

    /// <summary>Whom tokens for this server are meant for; empty for <see cref="Issuers"/>.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>No token is valid for longer, whatever is asked for; null for any that is.</summary>
    public TimeSpan? LifetimeMax { get; init; }

    /// <summary>Whether tokens of pods are valid for a year, so that programs work on that read theirs only once.</summary>
    public bool ExtendsLifetime { get; init; } = true;

    /// <summary>Where others find the keys; empty for the server's own address.</summary>
    public string KeysAddress { get; init; } = "";
}
