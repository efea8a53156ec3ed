using Navarch.Client;

namespace Navarch.ApiServer;

/// <summary>A server that is asked who may do what.</summary>
/// <param name="Client">Its server is the whole address questions are sent to, as a kubeconfig file says it.</param>
public sealed record AuthorizationWebhookConfig(ClientConfig Client)
{
    /// <summary>What logs and refusals call it.</summary>
    public string Name { get; init; } = "default";

    /// <summary>How long a yes is remembered; zero for not at all.</summary>
    public TimeSpan AllowedFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a no is remembered; zero for not at all.</summary>
    public TimeSpan RefusedFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one answer is waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where it gives no answer, nobody after it is asked: the request is refused.</summary>
    public bool FailsClosed { get; init; }

    /// <summary>The version of authorization.k8s.io that it is asked in: v1 or v1beta1.</summary>
    public string ReviewVersion { get; init; } = "v1";

    /// <summary>Expressions over the question, all of which must hold for it to be asked.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];
}
