using System.Globalization;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.AdmissionRegistration;

/// <summary>Where a webhook is reached, by URL or through a service; the same rules hold for webhooks of every kind.</summary>
internal static class WebhookTargets
{
    private const string Form = "; desired format: https://host[/path]";

    public static void Url(FieldErrors errors, FieldPath path, string url)
    {
        if (!Uri.TryCreate(url, UriKind.RelativeOrAbsolute, out var parsed))
        {
            errors.Required(path, $"url must be a valid URL: parse {GoText.Quote(url)}: invalid URI for request{Form}");
            return;
        }

        var (scheme, host) = parsed.IsAbsoluteUri ? (parsed.Scheme, parsed.Authority) : ("", "");
        if (scheme != "https")
        {
            errors.Invalid(path, scheme, "'https' is the only allowed URL scheme" + Form);
        }

        if (host.Length == 0)
        {
            errors.Invalid(path, host, "host must be specified" + Form);
        }

        if (!parsed.IsAbsoluteUri)
        {
            return;
        }

        if (parsed.UserInfo.Length > 0)
        {
            errors.Invalid(path, parsed.UserInfo, "user information is not permitted in the URL");
        }

        if (parsed.Fragment.Length > 1)
        {
            errors.Invalid(path, parsed.Fragment[1..], "fragments are not permitted in the URL");
        }

        if (parsed.Query.Length > 1)
        {
            errors.Invalid(path, parsed.Query[1..], "query parameters are not permitted in the URL");
        }
    }

    public static void Service(FieldErrors errors, FieldPath path, string name, string @namespace, string? urlPath, int? port)
    {
        if (name.Length == 0)
        {
            errors.Required(path / "name", "service name is required");
        }

        if (@namespace.Length == 0)
        {
            errors.Required(path / "namespace", "service namespace is required");
        }

        if (port is { } number && !CommonRules.IsPortNumber(number))
        {
            errors.Invalid(path / "port", number, "port is not valid: must be between 1 and 65535, inclusive");
        }

        if (urlPath is not null and not "" and not "/")
        {
            Path(errors, path / "path", urlPath);
        }
    }

    private static void Path(FieldErrors errors, FieldPath path, string urlPath)
    {
        if (urlPath == "//")
        {
            errors.Invalid(path, urlPath, "segment[0] may not be empty");
            return;
        }

        if (urlPath[0] != '/')
        {
            errors.Invalid(path, urlPath, "must start with a '/'");
        }

        var rest = urlPath[1..];
        var steps = (rest.EndsWith('/') ? rest[..^1] : rest).Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Length == 0)
            {
                errors.Invalid(path, urlPath, string.Create(CultureInfo.InvariantCulture, $"segment[{i}] may not be empty"));
            }
            else if (Names.SubdomainProblem(steps[i]) is { } problem)
            {
                errors.Invalid(path, urlPath, string.Create(CultureInfo.InvariantCulture, $"segment[{i}]: {problem}"));
            }
        }
    }
}
