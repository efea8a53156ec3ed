using Navarch.Api;

namespace Navarch.ApiServer.Registry;

/// <summary>Who makes a request, as the authenticator found.</summary>
public sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    /// <summary>What <see cref="Extra"/> calls the one certificate or token that was shown.</summary>
    public const string CredentialId = "authentication.kubernetes.io/credential-id";

    public string Uid { get; init; } = "";

    /// <summary>What else the credentials say, by name.</summary>
    public Map<IReadOnlyList<string>> Extra { get; init; } = [];

    /// <summary>The server itself.</summary>
    public static UserInfo Server { get; } = new("system:apiserver", ["system:masters", "system:authenticated"]);

    public bool IsIn(string group)
    {
        for (var i = 0; i < Groups.Count; i++)
        {
            if (Groups[i] == group)
            {
                return true;
            }
        }

        return false;
    }
}
