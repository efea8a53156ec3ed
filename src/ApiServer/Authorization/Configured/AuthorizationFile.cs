using System.Text.Json.Nodes;
using Navarch.Api;
using static Navarch.ApiServer.Media.ConfigJson;

namespace Navarch.ApiServer.Authorization;

/// <summary>Who is asked, in order, as an operator's file says (apiserver.config.k8s.io AuthorizationConfiguration).</summary>
internal sealed record AuthorizationFile(IReadOnlyList<AuthorizerEntry> Authorizers)
{
    /// <param name="path">YAML or JSON.</param>
    /// <exception cref="InvalidDataException">It cannot be understood or breaks a rule; the message says where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static AuthorizationFile Load(string path) => Media.ConfigJson.Load(path, "is no configuration of authorization", static yaml => Parse(yaml));

    private static AuthorizationFile Parse(ReadOnlySpan<byte> yaml)
    {
        var document = Media.ConfigJson.Parse(
            yaml, "apiserver.config.k8s.io/v1", "AuthorizationConfiguration", "apiserver.config.k8s.io/v1beta1", "apiserver.config.k8s.io/v1alpha1");
        RequireKnown(document, "", "apiVersion", "kind", "authorizers");
        var file = new AuthorizationFile([.. Objects(document, "", "authorizers").Select(static item => Authorizer(item.Value, item.Field))]);
        AuthorizationFileRules.Require(file);
        return file;
    }

    private static AuthorizerEntry Authorizer(JsonObject value, string field)
    {
        RequireKnown(value, field, "type", "name", "webhook");
        var webhook = FindObject(value, field, "webhook");
        return new AuthorizerEntry(Text(value, field, "type"), Text(value, field, "name"), webhook is null ? null : Webhook(webhook, field + ".webhook"));
    }

    private static WebhookEntry Webhook(JsonObject value, string field)
    {
        RequireKnown(
            value, field, "timeout", "authorizedTTL", "unauthorizedTTL", "cacheAuthorizedRequests", "cacheUnauthorizedRequests", "subjectAccessReviewVersion",
            "matchConditionSubjectAccessReviewVersion", "failurePolicy", "connectionInfo", "matchConditions");
        var connection = FindObject(value, field, "connectionInfo") ?? new JsonObject();
        RequireKnown(connection, field + ".connectionInfo", "type", "kubeConfigFile");
        var usual = new WebhookEntry();
        return new WebhookEntry
        {
            Timeout = FindDuration(value, field, "timeout"),
            AuthorizedTtl = FindDuration(value, field, "authorizedTTL") is { Nanoseconds: not 0 } allowed ? allowed : usual.AuthorizedTtl,
            UnauthorizedTtl = FindDuration(value, field, "unauthorizedTTL") is { Nanoseconds: not 0 } refused ? refused : usual.UnauthorizedTtl,
            CachesAuthorized = Flag(value, field, "cacheAuthorizedRequests") ?? true,
            CachesUnauthorized = Flag(value, field, "cacheUnauthorizedRequests") ?? true,
            ReviewVersion = Text(value, field, "subjectAccessReviewVersion"),
            ConditionsVersion = Text(value, field, "matchConditionSubjectAccessReviewVersion"),
            FailurePolicy = Text(value, field, "failurePolicy"),
            ConnectionType = Text(connection, field + ".connectionInfo", "type"),
            Kubeconfig = FindText(connection, field + ".connectionInfo", "kubeConfigFile"),
            Conditions = [.. Objects(value, field, "matchConditions").Select(static item => Condition(item.Value, item.Field))],
        };
    }

    private static string Condition(JsonObject value, string field)
    {
        RequireKnown(value, field, "expression");
        return Text(value, field, "expression");
    }
}

/// <param name="Type">Node, RBAC, Webhook, AlwaysAllow, AlwaysDeny.</param>
/// <param name="Webhook">Whom the type Webhook asks; null for the others.</param>
internal sealed record AuthorizerEntry(string Type, string Name, WebhookEntry? Webhook);

/// <summary>A webhook as it stands in the file.</summary>
internal sealed record WebhookEntry
{
    public Duration Timeout { get; init; }

    public Duration AuthorizedTtl { get; init; } = TimeSpan.FromMinutes(5);

    public Duration UnauthorizedTtl { get; init; } = TimeSpan.FromSeconds(30);

    public bool CachesAuthorized { get; init; } = true;

    public bool CachesUnauthorized { get; init; } = true;

    public string ReviewVersion { get; init; } = "";

    public string ConditionsVersion { get; init; } = "";

    public string FailurePolicy { get; init; } = "";

    public string ConnectionType { get; init; } = "";

    public string? Kubeconfig { get; init; }

    /// <summary>Expressions.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];
}
