using Microsoft.AspNetCore.WebUtilities;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Pipeline;

/// <summary>The parameters of a request that the API defines. Unknown ones are ignored, as everywhere in Kubernetes.</summary>
internal sealed class RequestOptions
{
    public static readonly RequestOptions None = new();

    public bool Watch { get; private set; }
    public string LabelSelector { get; private set; } = "";
    public string FieldSelector { get; private set; } = "";
    public string ResourceVersion { get; private set; } = "";
    public string ResourceVersionMatch { get; private set; } = "";
    public int Limit { get; private set; }
    public string Continue { get; private set; } = "";
    public bool AllowWatchBookmarks { get; private set; }
    public bool? SendInitialEvents { get; private set; }
    public int? TimeoutSeconds { get; private set; }

    /// <summary>How long the answer may take, as the client wrote it: only where there is an end to wait for it must be a duration.</summary>
    public string Timeout { get; private set; } = "";

    public bool? Pretty { get; private set; }
    public IReadOnlyList<string> DryRun { get; private set; } = [];
    public bool IsDryRun => DryRun.Count > 0;
    public string FieldValidation { get; private set; } = "";
    public string FieldManager { get; private set; } = "";
    public bool? Force { get; private set; }
    public string IncludeObject { get; private set; } = "";
    public long? GracePeriodSeconds { get; private set; }
    public string? PropagationPolicy { get; private set; }
    public bool? OrphanDependents { get; private set; }
    public bool? IgnoreReadError { get; private set; }

    /// <exception cref="StatusException">400: a parameter does not have its form.</exception>
    public static RequestOptions Parse(string query)
    {
        if (query.Length <= 1)
        {
            return None;
        }

        var options = new RequestOptions();
        foreach (var pair in new QueryStringEnumerable(query))
        {
            options.Set(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
        }

        return options;
    }

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "watch":
                Watch = Flag(value);
                break;
            case "labelSelector":
                LabelSelector = value;
                break;
            case "fieldSelector":
                FieldSelector = value;
                break;
            case "resourceVersion":
                ResourceVersion = value;
                break;
            case "resourceVersionMatch":
                ResourceVersionMatch = value;
                break;
            case "limit":
                Limit = (int)Math.Min(Number(value), int.MaxValue);
                break;
            case "continue":
                Continue = value;
                break;
            case "allowWatchBookmarks":
                AllowWatchBookmarks = Flag(value);
                break;
            case "sendInitialEvents":
                SendInitialEvents = Flag(value);
                break;
            case "timeoutSeconds":
                TimeoutSeconds = (int)Math.Clamp(Number(value), 0, int.MaxValue);
                break;
            case "timeout":
                Timeout = value;
                break;
            case "pretty":
                Pretty = value.Length == 0 ? null : value is "1" or "t" or "T" or "true" or "TRUE" or "True";
                break;
            case "dryRun":
                DryRun = [.. DryRun, value];
                break;
            case "fieldValidation":
                FieldValidation = value;
                break;
            case "fieldManager":
                FieldManager = value;
                break;
            case "force":
                Force = Flag(value);
                break;
            case "includeObject":
                IncludeObject = value;
                break;
            case "gracePeriodSeconds":
                GracePeriodSeconds = Number(value);
                break;
            case "propagationPolicy":
                PropagationPolicy = value;
                break;
            case "orphanDependents":
                OrphanDependents = Flag(value);
                break;
            case "ignoreStoreReadErrorWithClusterBreakingPotential":
                IgnoreReadError = Flag(value);
                break;
            default:
                break;
        }
    }

    // A flag is off when it says so, and on in every other form, without a value too.
    private static bool Flag(string value) => value != "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);

    private static long Number(string value) =>
        long.TryParse(value, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : throw StatusErrors.BadRequest($"strconv.ParseInt: parsing \"{value}\": invalid syntax").AsException();
}
