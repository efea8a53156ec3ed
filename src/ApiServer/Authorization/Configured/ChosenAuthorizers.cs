using Microsoft.Extensions.Logging;
using Navarch.Client;

namespace Navarch.ApiServer.Authorization;

/// <summary>The authorizers that an operator chose, by options or by a file that is followed while the server runs.</summary>
internal sealed partial class ChosenAuthorizers : IDisposable
{
    private readonly IAuthorizer node;
    private readonly IAuthorizer rbac;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly IReadOnlyList<IAuthorizer> byOptions = [];
    private readonly FileValue<IReadOnlyList<IAuthorizer>>? byFile;

    // Of authorizers of which there can be only one: those of the file as it was at the start.
    private IReadOnlyList<string>? required;

    /// <exception cref="ArgumentException">A mode is unknown, or not configured.</exception>
    /// <exception cref="InvalidDataException">The file cannot be used.</exception>
    public ChosenAuthorizers(ApiServerConfig config, IAuthorizer node, IAuthorizer rbac, TimeProvider time, ILoggerFactory logs)
    {
        (this.node, this.rbac, this.time, log) = (node, rbac, time, logs.CreateLogger("Navarch.ApiServer.Authorization"));
        if (config.AuthorizationFile is { Length: > 0 } path)
        {
            byFile = new FileValue<IReadOnlyList<IAuthorizer>>([path], () => Read(path), time, LogUnusable);
        }
        else
        {
            byOptions = [.. config.AuthorizationModes.Select(mode => Make(mode, config.AuthorizationWebhook))];
        }
    }

    public IReadOnlyList<IAuthorizer> Current => byFile?.Current ?? byOptions;

    /// <remarks>Webhooks that the file does not name any more are not disposed of: a request may still wait for one, and its idle connections end by themselves.</remarks>
    public void Dispose()
    {
        foreach (var webhook in Current.OfType<WebhookAuthorizer>())
        {
            webhook.Dispose();
        }
    }

    private IReadOnlyList<IAuthorizer> Read(string path)
    {
        var entries = AuthorizationFile.Load(path).Authorizers;

        // A file that was cut short must not take away what guards the cluster.
        var types = entries.Select(static entry => entry.Type).Where(static type => type != AuthorizerTypes.Webhook).Order(StringComparer.Ordinal).ToList();
        if (required?.Except(types).ToList() is { Count: > 0 } missing)
        {
            throw new InvalidDataException($"{path}: missing required types: [{string.Join(' ', missing)}]: only a start of the server can take them away");
        }

        IReadOnlyList<IAuthorizer> made = [.. entries.Select(entry => Make(entry.Type, entry.Webhook is { } webhook ? Config(path, entry.Name, webhook) : null))];
        required ??= types;
        LogChain(path, string.Join(", ", entries.Select(static entry => entry.Name)));
        return made;
    }

    private IAuthorizer Make(string type, AuthorizationWebhookConfig? webhook) => type switch
    {
        AuthorizerTypes.Node => node,
        AuthorizerTypes.Rbac => rbac,
        AuthorizerTypes.AlwaysAllow => SameForAll.Allowing,
        AuthorizerTypes.AlwaysDeny => SameForAll.Denying,
        AuthorizerTypes.Webhook when webhook is not null => new WebhookAuthorizer(webhook, time, log),
        _ => throw new ArgumentException($"\"{type}\" is no authorization mode, or lacks its configuration", nameof(type)),
    };

    private static AuthorizationWebhookConfig Config(string path, string name, WebhookEntry entry)
    {
        try
        {
            return new AuthorizationWebhookConfig(Kubeconfig.Load(entry.Kubeconfig!).Resolve())
            {
                Name = name,
                Timeout = entry.Timeout.TimeSpan,
                AllowedFor = entry.CachesAuthorized ? entry.AuthorizedTtl.TimeSpan : TimeSpan.Zero,
                RefusedFor = entry.CachesUnauthorized ? entry.UnauthorizedTtl.TimeSpan : TimeSpan.Zero,
                FailsClosed = entry.FailurePolicy == "Deny",
                ReviewVersion = entry.ReviewVersion,
                Conditions = entry.Conditions,
            };
        }
        catch (KubeconfigException e)
        {
            throw new InvalidDataException($"{path}: the webhook \"{name}\": {e.Message}", e);
        }
    }

    [LoggerMessage(LogLevel.Information, "as {Path} says, who may do what is decided by, in order: {Names}")]
    private partial void LogChain(string path, string names);

    [LoggerMessage(LogLevel.Error, "the file of authorizers was changed but cannot be used; those before go on deciding")]
    private partial void LogUnusable(Exception cause);
}
