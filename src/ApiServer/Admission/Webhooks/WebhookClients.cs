namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>
/// One client for all webhooks that are proven by the same authorities, made when the first is called and closed when no
/// configuration needs it any more: there are never more than configurations ask for.
/// </summary>
internal sealed class WebhookClients(ServiceEndpoints services) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, WebhookClient> clients = new(StringComparer.Ordinal);

    /// <summary>To be given back by disposing it.</summary>
    /// <exception cref="HookFailure">The authorities cannot be read.</exception>
    public WebhookClient.Use Take(HookTarget target)
    {
        lock (gate)
        {
            if (!clients.TryGetValue(target.ClientKey, out var client))
            {
                clients[target.ClientKey] = client = new WebhookClient(HookTrust.Of(target.CABundle), target.IsService ? services : null);
            }

            return client.Begin();
        }
    }

    /// <summary>Closes those that are not named, each when its last call has ended.</summary>
    public void Keep(IEnumerable<string> keys)
    {
        lock (gate)
        {
            foreach (var gone in clients.Keys.Except(keys).ToList())
            {
                clients.Remove(gone, out var client);
                client!.Dispose();
            }
        }
    }

    public void Dispose() => Keep([]);
}
