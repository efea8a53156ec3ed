using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>Which options of a request go together. What is wrong is told as of an object of the kind that the options are.</summary>
internal static class OptionRules
{
    private const int FieldManagerMax = 128;

    /// <exception cref="StatusException">422.</exception>
    public static void CheckList(string resourceVersion, string match, string @continue, bool? sendInitialEvents)
    {
        if (match.Length == 0 && sendInitialEvents is null)
        {
            return;
        }

        var errors = new FieldErrors();
        if (match.Length > 0)
        {
            if (resourceVersion.Length == 0)
            {
                errors.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided");
            }

            CheckNoContinue(@continue, errors);
            if (match is not ("Exact" or "NotOlderThan"))
            {
                NotSupported("resourceVersionMatch", match, "\"Exact\", \"NotOlderThan\", \"\"", errors);
            }

            if (match == "Exact" && resourceVersion == "0")
            {
                errors.Forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
            }
        }

        if (sendInitialEvents is not null)
        {
            errors.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
        }

        ThrowIfAny("ListOptions", errors);
    }

    /// <exception cref="StatusException">422.</exception>
    public static void CheckWatch(string match, string @continue, bool? sendInitialEvents)
    {
        var errors = new FieldErrors();
        if (sendInitialEvents is not null && match != "NotOlderThan")
        {
            errors.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }

        if (match.Length > 0)
        {
            if (sendInitialEvents is null)
            {
                errors.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
            }

            if (match != "NotOlderThan")
            {
                NotSupported("resourceVersionMatch", match, "\"NotOlderThan\"", errors);
            }

            CheckNoContinue(@continue, errors);
        }

        ThrowIfAny("ListOptions", errors);
    }

    /// <exception cref="StatusException">422.</exception>
    public static void CheckWrite(string verb, RequestOptions options, bool isApply)
    {
        if (ReferenceEquals(options, RequestOptions.None) && !isApply)
        {
            return; // Most writes say nothing.
        }

        var errors = new FieldErrors();
        if (verb == "patch" && !isApply && options.Force is not null)
        {
            errors.Forbidden("force", "may not be specified for non-apply patch");
        }

        if (isApply && options.FieldManager.Length == 0)
        {
            errors.Required("fieldManager", "is required for apply patch");
        }

        CheckFieldManager(options.FieldManager, errors);
        CheckDryRun(options.DryRun, errors);
        if (options.FieldValidation is not ("" or "Ignore" or "Warn" or "Strict"))
        {
            NotSupported("fieldValidation", options.FieldValidation, "\"\", \"Ignore\", \"Strict\", \"Warn\"", errors);
        }

        ThrowIfAny(verb switch { "create" => "CreateOptions", "update" => "UpdateOptions", _ => "PatchOptions" }, errors);
    }

    /// <exception cref="StatusException">422.</exception>
    public static void CheckDelete(DeleteOptions options)
    {
        var errors = new FieldErrors();
        if (options is { OrphanDependents: not null, PropagationPolicy: not null })
        {
            errors.Invalid("propagationPolicy", options.PropagationPolicy, "orphanDependents and deletionPropagation cannot be both set");
        }

        if (options.PropagationPolicy is { } policy && policy is not ("Foreground" or "Background" or "Orphan"))
        {
            NotSupported("propagationPolicy", policy, "\"Foreground\", \"Background\", \"Orphan\", \"nil\"", errors);
        }

        CheckDryRun(options.DryRun, errors);
        ThrowIfAny("DeleteOptions", errors);
    }

    private static void CheckNoContinue(string @continue, FieldErrors errors)
    {
        if (@continue.Length > 0)
        {
            errors.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
        }
    }

    private static void CheckFieldManager(string name, FieldErrors errors)
    {
        if (name.Length > FieldManagerMax)
        {
            errors.TooLong("fieldManager", FieldManagerMax);
        }

        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsControl(name[i]))
            {
                errors.Invalid("fieldManager", name, $"invalid character U+{(int)name[i]:X4} (at position {i})");
            }
        }
    }

    private static void CheckDryRun(IReadOnlyList<string> values, FieldErrors errors)
    {
        if (values.Any(static value => value != "All"))
        {
            errors.NotSupported("dryRun", RawValue.Of(values), ["All"]);
        }
    }

    // These lists of values are known in an order of their own.
    private static void NotSupported(string field, string value, string supported, FieldErrors errors) =>
        errors.Add(CauseType.FieldValueNotSupported, field, $"Unsupported value: {GoText.Quote(value)}: supported values: {supported}");

    private static void ThrowIfAny(string kind, FieldErrors errors)
    {
        if (errors.Any)
        {
            throw StatusErrors.Invalid("meta.k8s.io", kind, "", errors.All).AsException();
        }
    }
}
