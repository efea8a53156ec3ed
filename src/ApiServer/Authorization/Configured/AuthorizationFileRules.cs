using Navarch.Api;
using Navarch.ApiServer.Resources;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Authorization;

/// <summary>The rules that a file of authorizers is held to, with upstream's words for what breaks them.</summary>
internal static class AuthorizationFileRules
{
    private const int ConditionsMax = 64;
    private const string OutsideOfPods = "this server runs outside of pods: name a kubeconfig file, with the type KubeConfigFile";
    private static readonly Duration TimeoutMax = TimeSpan.FromSeconds(30);

    /// <exception cref="InvalidDataException">It breaks a rule.</exception>
    public static void Require(AuthorizationFile file)
    {
        var errors = new FieldErrors();
        Validate(errors, FieldPath.Of("authorizers"), file.Authorizers);
        if (errors.Any)
        {
            throw new InvalidDataException(GoText.Aggregate(errors.All.Select(static error => error.ToString())));
        }
    }

    private static void Validate(FieldErrors errors, FieldPath list, IReadOnlyList<AuthorizerEntry> authorizers)
    {
        if (authorizers.Count == 0)
        {
            errors.Required(list, "at least one authorization mode must be defined");
        }

        var (types, names) = (new HashSet<string>(), new HashSet<string>());
        for (var i = 0; i < authorizers.Count; i++)
        {
            var (path, authorizer) = (list[i], authorizers[i]);
            if (!IsKnown(errors, path / "type", authorizer.Type))
            {
                continue;
            }

            if (!types.Add(authorizer.Type) && authorizer.Type != AuthorizerTypes.Webhook)
            {
                errors.Duplicate(path / "type", authorizer.Type);
                continue;
            }

            Name(errors, path / "name", authorizer, names);
            switch (authorizer)
            {
                case { Type: AuthorizerTypes.Webhook, Webhook: { } webhook }:
                    Webhook(errors, path / "webhook", webhook);
                    break;
                case { Type: AuthorizerTypes.Webhook }:
                    errors.Required(path / "webhook", "required when type=Webhook");
                    break;
                case { Webhook: not null }:
                    errors.Invalid(path / "webhook", "non-null", "may only be specified when type=Webhook");
                    break;
                default:
                    break;
            }
        }
    }

    private static bool IsKnown(FieldErrors errors, FieldPath path, string type)
    {
        if (type.Length == 0)
        {
            errors.Required(path);
            return false;
        }

        if (!AuthorizerTypes.All.Contains(type))
        {
            errors.NotSupported(path, type, AuthorizerTypes.All);
            return false;
        }

        return true;
    }

    private static void Name(FieldErrors errors, FieldPath path, AuthorizerEntry authorizer, HashSet<string> names)
    {
        var name = authorizer.Name;
        if (name.Length == 0)
        {
            errors.Required(path);
        }
        else if (!names.Add(name))
        {
            errors.Duplicate(path, name);
        }
        else if (Names.SubdomainProblem(name) is { } problem)
        {
            errors.Invalid(path, name, "authorizer name is invalid: " + problem);
        }
        else if (authorizer.Type != AuthorizerTypes.Webhook && AuthorizerTypes.NameOf(authorizer.Type) is var expected && name != expected)
        {
            errors.Invalid(path, name, $"expected name {expected} for authorizer {authorizer.Type} instead of {name}");
        }
    }

    private static void Webhook(FieldErrors errors, FieldPath path, WebhookEntry webhook)
    {
        if (webhook.Timeout == default)
        {
            errors.Required(path / "timeout");
        }
        else if (webhook.Timeout.Nanoseconds < 0 || webhook.Timeout.Nanoseconds > TimeoutMax.Nanoseconds)
        {
            errors.Invalid(path / "timeout", webhook.Timeout.ToString(), "must be > 0s and <= 30s");
        }

        Positive("authorizedTTL", webhook.AuthorizedTtl);
        Positive("unauthorizedTTL", webhook.UnauthorizedTtl);
        errors.RequiredOneOf(path, "subjectAccessReviewVersion", webhook.ReviewVersion, ["v1", "v1beta1"]);
        if (webhook.ConditionsVersion.Length > 0)
        {
            errors.OneOf(path, "matchConditionSubjectAccessReviewVersion", webhook.ConditionsVersion, ["v1"]);
        }
        else if (webhook.Conditions.Count > 0)
        {
            errors.Required(path / "matchConditionSubjectAccessReviewVersion", "required if match conditions are specified");
        }

        errors.RequiredOneOf(path, "failurePolicy", webhook.FailurePolicy, ["NoOpinion", "Deny"]);
        Connection(errors, path / "connectionInfo", webhook);
        Conditions(errors, path / "matchConditions", webhook.Conditions);

        void Positive(string field, Duration value)
        {
            if (value.Nanoseconds < 0)
            {
                errors.Invalid(path / field, value.ToString(), "must be > 0s");
            }
        }
    }

    private static void Connection(FieldErrors errors, FieldPath path, WebhookEntry webhook)
    {
        var (type, file) = (path / "type", path / "kubeConfigFile");
        switch (webhook.ConnectionType, webhook.Kubeconfig ?? "")
        {
            case ("", _):
                errors.Required(type);
                break;
            case ("InClusterConfig", _):
                errors.Invalid(type, webhook.ConnectionType, OutsideOfPods);
                break;
            case ("KubeConfigFile", ""):
                errors.Required(file);
                break;
            case ("KubeConfigFile", var name) when !Path.IsPathFullyQualified(name):
                errors.Invalid(file, name, "must be an absolute path");
                break;
            case ("KubeConfigFile", var name) when Directory.Exists(name):
                errors.Invalid(file, name, "must be a regular file");
                break;
            case ("KubeConfigFile", var name):
                errors.InvalidIf(File.Exists(name) ? null : $"error loading file: stat {name}: no such file or directory", file, name);
                break;
            default:
                errors.NotSupported(type, webhook.ConnectionType, ["InClusterConfig", "KubeConfigFile"]);
                break;
        }
    }

    private static void Conditions(FieldErrors errors, FieldPath list, IReadOnlyList<string> conditions)
    {
        if (conditions.Count > ConditionsMax)
        {
            errors.TooMany(list, conditions.Count, ConditionsMax);
            return;
        }

        var seen = new HashSet<string>();
        for (var i = 0; i < conditions.Count; i++)
        {
            var path = list[i] / "expression";
            if (string.IsNullOrWhiteSpace(conditions[i]))
            {
                errors.Required(path);
            }
            else if (!seen.Add(conditions[i]))
            {
                errors.Duplicate(path, conditions[i]);
            }
            else
            {
                AccessConditions.Validate(errors, path, conditions[i]);
            }
        }
    }
}
