using System.CommandLine;
using Navarch.Api;
using Navarch.Cluster;
using Navarch.Kubelet.Server.Access;

namespace Navarch.Cli;

/// <summary>Who is let into a kubelet, and who decides what they may do. Names and meanings are upstream's.</summary>
internal sealed class NodeAccessOptions
{
    private static readonly AccessConfig Usual = new();

    private readonly Option<bool> anonymous = Flag("--anonymous-auth", "Whether who brings no credentials may ask at all, as system:anonymous.", Usual.Anonymous);
    private readonly Option<bool> tokens = Flag("--authentication-token-webhook", "Whether the API server is asked whose a bearer token is.", Usual.TokenWebhook);
    private readonly Option<string> tokenTtl = Time("--authentication-token-webhook-cache-ttl", "How long its answer holds.", "2m0s");
    private readonly Option<string> mode = Text("--authorization-mode", "MODE", "Who decides: Webhook (the API server) or AlwaysAllow (nobody).", nameof(AuthorizationMode.Webhook));
    private readonly Option<string> allowedTtl = Time("--authorization-webhook-cache-authorized-ttl", "How long a yes of the API server's holds.", "5m0s");
    private readonly Option<string> deniedTtl = Time("--authorization-webhook-cache-unauthorized-ttl", "How long a no holds.", "30s");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[anonymous, tokens, tokenTtl, mode, allowedTtl, deniedTtl])
        {
            command.Add(option);
        }
    }

    /// <exception cref="ClusterException">One of them cannot be understood.</exception>
    public AccessConfig Read(ParseResult arguments) => new()
    {
        Anonymous = arguments.GetValue(anonymous),
        TokenWebhook = arguments.GetValue(tokens),
        TokenCacheTtl = Read(arguments, tokenTtl),
        Authorization = arguments.GetValue(mode) switch
        {
            nameof(AuthorizationMode.Webhook) => AuthorizationMode.Webhook,
            nameof(AuthorizationMode.AlwaysAllow) => AuthorizationMode.AlwaysAllow,
            var other => throw new ClusterException($"there is no authorization mode \"{other}\" of kubelets", "give Webhook or AlwaysAllow"),
        },
        CacheAuthorizedTtl = Read(arguments, allowedTtl),
        CacheUnauthorizedTtl = Read(arguments, deniedTtl),
    };

    private static TimeSpan Read(ParseResult arguments, Option<string> option)
    {
        try
        {
            return Duration.Parse(arguments.GetValue(option)!).TimeSpan;
        }
        catch (FormatException e)
        {
            throw new ClusterException($"{option.Name} is \"{arguments.GetValue(option)}\"", "give a duration such as 2m30s", e);
        }
    }

    private static Option<bool> Flag(string name, string description, bool value) => new(name) { Description = description, HelpName = "true|false", DefaultValueFactory = _ => value };

    private static Option<string> Time(string name, string description, string value) => Text(name, "DURATION", description, value);

    private static Option<string> Text(string name, string help, string description, string value) => new(name) { Description = description, HelpName = help, DefaultValueFactory = _ => value };
}
