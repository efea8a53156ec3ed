using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Resources;

/// <summary>Rules that fields of many kinds share, with the words people know.</summary>
internal static class CommonRules
{
    public const string Immutable = "field is immutable";
    public const string NotNegative = "must be greater than or equal to 0";
    private const string PercentForm = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
    private const string ReasonForm = "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";
    private const string PortForm = "must be between 1 and 65535, inclusive";
    public const string ConfigKeyForm = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

    public static readonly string[] Protocols = ["SCTP", "TCP", "UDP"];

    public static void AtLeastZero(this FieldErrors errors, FieldPath path, string name, long value)
    {
        if (value < 0)
        {
            errors.Invalid(path / name, value, NotNegative);
        }
    }

    public static void Unchanged<T>(this FieldErrors errors, FieldPath path, T value, T old, Func<T, object?> shown)
    {
        if (!EqualityComparer<T>.Default.Equals(value, old))
        {
            errors.Invalid(path, shown(value), Immutable);
        }
    }

    /// <summary>A name that begins with the domain of whoever gave it, as <c>acme.io/foo</c>.</summary>
    public static void DomainPrefixed(this FieldErrors errors, FieldPath path, string value)
    {
        var slash = value.IndexOf('/');
        if (value.Length == 0)
        {
            errors.Required(path);
        }
        else if (slash <= 0 || slash == value.Length - 1)
        {
            errors.Invalid(path, value, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        }
        else
        {
            errors.InvalidIf(Names.SubdomainProblem(value[..slash]), path, value[..slash]);
        }
    }

    public static void OneOf(this FieldErrors errors, FieldPath path, string name, string value, string[] supported)
    {
        if (Array.IndexOf(supported, value) < 0)
        {
            errors.NotSupported(path / name, value, supported);
        }
    }

    /// <summary>As <see cref="OneOf"/>, and a missing value is said to be missing.</summary>
    public static void RequiredOneOf(this FieldErrors errors, FieldPath path, string name, string value, string[] supported)
    {
        if (value.Length == 0)
        {
            errors.Required(path / name);
        }
        else
        {
            errors.OneOf(path, name, value, supported);
        }
    }

    public static void RequiredText(this FieldErrors errors, FieldPath path, string name, string value)
    {
        if (value.Length == 0)
        {
            errors.Required(path / name);
        }
    }

    /// <summary>A DNS label that must be there.</summary>
    public static void RequiredLabel(this FieldErrors errors, FieldPath path, string name, string value)
    {
        if (value.Length == 0)
        {
            errors.Required(path / name);
        }
        else
        {
            errors.InvalidIf(Names.LabelProblem(value), path / name, value);
        }
    }

    public static void RequiredSubdomain(this FieldErrors errors, FieldPath path, string name, string value)
    {
        if (value.Length == 0)
        {
            errors.Required(path / name);
        }
        else
        {
            errors.InvalidIf(Names.SubdomainProblem(value), path / name, value);
        }
    }

    public static void Subdomain(this FieldErrors errors, FieldPath path, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            errors.InvalidIf(Names.SubdomainProblem(value), path / name, value);
        }
    }

    public static void QualifiedName(this FieldErrors errors, FieldPath path, string value)
    {
        if (!LabelSyntax.IsQualifiedName(value))
        {
            foreach (var problem in LabelSyntax.QualifiedNameProblems(value))
            {
                errors.Invalid(path, value, problem);
            }
        }
    }

    public static void LabelValue(this FieldErrors errors, FieldPath path, string value)
    {
        foreach (var problem in LabelSyntax.ValueProblems(value))
        {
            errors.Invalid(path, value, problem);
        }
    }

    public static void Labels(this FieldErrors errors, FieldPath path, Map<string> labels)
    {
        foreach (var (key, value) in labels)
        {
            errors.QualifiedName(path, key);
            errors.LabelValue(path, value);
        }
    }

    public static void Annotations(this FieldErrors errors, FieldPath path, Map<string> annotations)
    {
        const int BytesMax = 256 * 1024;
        long bytes = 0;
        foreach (var (key, value) in annotations)
        {
            if (!LabelSyntax.IsQualifiedName(key))
            {
                foreach (var problem in LabelSyntax.QualifiedNameProblems(key.ToLowerInvariant()))
                {
                    errors.Invalid(path, key, problem);
                }
            }

            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
        }

        if (bytes > BytesMax)
        {
            errors.TooLong(path, BytesMax);
        }
    }

    /// <summary>Labels and annotations of a template.</summary>
    public static void TemplateMetadata(this FieldErrors errors, FieldPath path, ObjectMeta metadata)
    {
        errors.Labels(path / "labels", metadata.Labels);
        errors.Annotations(path / "annotations", metadata.Annotations);
    }

    public static void Selector(this FieldErrors errors, FieldPath path, LabelSelector? selector)
    {
        if (selector is null)
        {
            return;
        }

        errors.Labels(path / "matchLabels", selector.MatchLabels);
        for (var i = 0; i < selector.MatchExpressions.Count; i++)
        {
            var expression = selector.MatchExpressions[i];
            var at = (path / "matchExpressions")[i];
            switch (expression.Operator)
            {
                case LabelSelectorOperator.LabelSelectorOpIn or LabelSelectorOperator.LabelSelectorOpNotIn:
                    if (expression.Values.Count == 0)
                    {
                        errors.Required(at / "values", "must be specified when `operator` is 'In' or 'NotIn'");
                    }

                    break;
                case LabelSelectorOperator.LabelSelectorOpExists or LabelSelectorOperator.LabelSelectorOpDoesNotExist:
                    if (expression.Values.Count > 0)
                    {
                        errors.Forbidden(at / "values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    }

                    break;
                default:
                    errors.Invalid(at / "operator", expression.Operator, "not a valid selector operator");
                    break;
            }

            errors.QualifiedName(at / "key", expression.Key);
            for (var v = 0; v < expression.Values.Count; v++)
            {
                errors.LabelValue((at / "values")[v], expression.Values[v]);
            }
        }
    }

    public static bool IsPortNumber(int port) => port is >= 1 and <= 65535;

    public static void PortNumber(this FieldErrors errors, FieldPath path, int port)
    {
        if (!IsPortNumber(port))
        {
            errors.Invalid(path, port, PortForm);
        }
    }

    /// <summary>A port by number or by name.</summary>
    public static void Port(this FieldErrors errors, FieldPath path, IntOrString port)
    {
        if (port.IsString)
        {
            errors.PortName(path, port.Text);
        }
        else
        {
            errors.PortNumber(path, port.Number);
        }
    }

    public static void PortName(this FieldErrors errors, FieldPath path, string name)
    {
        if (name.Length > 15)
        {
            errors.Invalid(path, name, "must be no more than 15 characters");
        }

        if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
        {
            errors.Invalid(path, name, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }

        if (!name.Any(char.IsAsciiLetterLower))
        {
            errors.Invalid(path, name, "must contain at least one letter (a-z)");
        }

        if (name.Contains("--", StringComparison.Ordinal))
        {
            errors.Invalid(path, name, "must not contain consecutive hyphens");
        }

        if (name.Length > 0 && (name[0] == '-' || name[^1] == '-'))
        {
            errors.Invalid(path, name, "must not begin or end with a hyphen");
        }
    }

    /// <summary>The address in its strict form: no leading zeros, no IPv4 in the clothes of IPv6. Null where it is none.</summary>
    public static IPAddress? ParseIP(string text)
    {
        if (text.Contains('%') || !IPAddress.TryParse(text, out var address))
        {
            return null;
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address.ToString() == text ? address : null;
        }

        return address.IsIPv4MappedToIPv6 || text.Contains('[') ? null : address;
    }

    public static IPAddress? IP(this FieldErrors errors, FieldPath path, string text)
    {
        var address = ParseIP(text);
        if (address is null)
        {
            errors.Invalid(path, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }

        return address;
    }

    /// <summary>An address that something outside of its own machine can be reached by.</summary>
    public static void ReachableIP(this FieldErrors errors, FieldPath path, string text)
    {
        if (errors.IP(path, text) is not { } address)
        {
            return;
        }

        var bytes = address.GetAddressBytes();
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            errors.Invalid(path, text, $"may not be unspecified ({text})");
        }

        if (IPAddress.IsLoopback(address))
        {
            errors.Invalid(path, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        }

        if (address.IsIPv6LinkLocal || (bytes is [169, 254, ..] && bytes.Length == 4))
        {
            errors.Invalid(path, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        }

        if ((bytes.Length == 4 && bytes is [224, 0, 0, _]) || (bytes.Length == 16 && bytes[0] == 0xff && (bytes[1] & 0x0f) == 2))
        {
            errors.Invalid(path, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
        }
    }

    public static IPNetwork? ParseCIDR(string text)
    {
        var slash = text.IndexOf('/');
        return slash > 0 && ParseIP(text[..slash]) is not null && text.Length - slash is > 1 and <= 4
            && (text[slash + 1] != '0' || text.Length == slash + 2) && IPNetwork.TryParse(text, out var network)
            ? network
            : null;
    }

    public static IPNetwork? CIDR(this FieldErrors errors, FieldPath path, string text)
    {
        var network = ParseCIDR(text);
        if (network is null)
        {
            errors.Invalid(path, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        }

        return network;
    }

    /// <summary>A whole number that is not negative, or a percentage.</summary>
    public static void IntOrPercent(this FieldErrors errors, FieldPath path, IntOrString? value)
    {
        if (value is not { } given)
        {
            return;
        }

        if (!given.IsString)
        {
            if (given.Number < 0)
            {
                errors.Invalid(path, given.Number, NotNegative);
            }
        }
        else if (!IsPercent(given.Text))
        {
            errors.Invalid(path, given.Text, PercentForm);
        }
    }

    public static void AtMostHundredPercent(this FieldErrors errors, FieldPath path, IntOrString? value)
    {
        if (Percent(value) > 100)
        {
            errors.Invalid(path, value!.Value.Text, "must not be greater than 100%");
        }
    }

    /// <summary>The number of percent, or null where the value is not a percentage.</summary>
    public static long? Percent(IntOrString? value) =>
        value is { IsString: true } text && IsPercent(text.Text) && long.TryParse(text.Text.AsSpan(0, text.Text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? percent
            : null;

    /// <summary>A name that is one step of a URL path.</summary>
    public static string? PathSegmentProblem(string name) =>
        name is "." or ".." ? $"may not be '{name}'"
        : name.Contains('/') ? "may not contain '/'"
        : name.Contains('%') ? "may not contain '%'"
        : null;

    public static void RequiredPathSegment(this FieldErrors errors, FieldPath path, string name, string value)
    {
        if (value.Length == 0)
        {
            errors.Required(path / name);
        }
        else
        {
            errors.InvalidIf(PathSegmentProblem(value), path / name, value);
        }
    }

    public static string? ConfigKeyProblem(string key) =>
        key.Length > 253 ? "must be no more than 253 bytes"
        : key.Length == 0 || key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) ? ConfigKeyForm
        : key is "." or ".." ? $"must not be '{key}'"
        : key.StartsWith("..", StringComparison.Ordinal) ? "must not start with '..'"
        : null;

    public static void ConfigKey(this FieldErrors errors, FieldPath path, string key) => errors.InvalidIf(ConfigKeyProblem(key), path, key);

    public static void Positive(this FieldErrors errors, FieldPath path, string name, long value)
    {
        if (value <= 0)
        {
            errors.Invalid(path / name, value, "must be greater than 0");
        }
    }

    public static void Between(this FieldErrors errors, FieldPath path, string name, long value, long min, long max)
    {
        if (value < min || value > max)
        {
            errors.Invalid(path / name, value, string.Create(CultureInfo.InvariantCulture, $"must be between {min} and {max}, inclusive"));
        }
    }

    /// <summary>Conditions of the shared form.</summary>
    public static void Conditions(this FieldErrors errors, FieldPath path, IReadOnlyList<Condition> conditions)
    {
        var isRepeated = Repeats.Of(conditions, static item => item.Type);
        for (var i = 0; i < conditions.Count; i++)
        {
            var condition = conditions[i];
            var at = path[i];
            errors.QualifiedName(at / "type", condition.Type);
            if (isRepeated[i])
            {
                errors.Duplicate(at / "type", condition.Type);
            }

            errors.OneOf(at, "status", condition.Status, ["False", "True", "Unknown"]);
            if (condition.ObservedGeneration < 0)
            {
                errors.Invalid(at / "observedGeneration", condition.ObservedGeneration, "must be greater than or equal to zero");
            }

            if (condition.LastTransitionTime is null)
            {
                errors.Required(at / "lastTransitionTime", "must be set");
            }

            if (condition.Reason.Length == 0)
            {
                errors.Required(at / "reason", "must be set");
            }
            else
            {
                if (!IsReason(condition.Reason))
                {
                    errors.Invalid(at / "reason", condition.Reason, ReasonForm);
                }

                if (condition.Reason.Length > 1024)
                {
                    errors.TooLong(at / "reason", 1024);
                }
            }

            if (condition.Message.Length > 32768)
            {
                errors.TooLong(at / "message", 32768);
            }
        }
    }

    private static bool IsReason(string reason) =>
        char.IsAsciiLetter(reason[0]) && (char.IsAsciiLetterOrDigit(reason[^1]) || reason[^1] == '_') && reason.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or ',' or ':');

    private static bool IsPercent(string text) => text.Length > 1 && text[^1] == '%' && text.AsSpan(0, text.Length - 1).IndexOfAnyExceptInRange('0', '9') < 0;
}
