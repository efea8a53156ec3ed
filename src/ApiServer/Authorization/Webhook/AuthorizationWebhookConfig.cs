using Navarch.Client;

namespace Navarch.ApiServer;

/// <summary>Who is asked by the authorization mode Webhook.</summary>
/// <param name="Client">Its server is the whole address questions are sent to, as a kubeconfig file says it.</param>
public sealed record AuthorizationWebhookConfig(ClientConfig Client)
{
    /// <summary>How long a yes is remembered.</summary>
    public TimeSpan AllowedFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a no is remembered.</summary>
    public TimeSpan RefusedFor { get; init; } = TimeSpan.FromSeconds(30);
}
