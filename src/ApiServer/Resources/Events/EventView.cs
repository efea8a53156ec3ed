using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;
using NewEvent = Navarch.Api.Events.V1.Event;
using NewSeries = Navarch.Api.Events.V1.EventSeries;

namespace Navarch.ApiServer.Resources.Events;

/// <summary>Events as events.k8s.io has them: other names for the same fields, and more is asked of new ones.</summary>
public sealed class EventView(Resource<Event> rules) : ResourceView<Event, NewEvent>(rules)
{
    private const int SeriesCountMin = 2;

    public override IReadOnlyDictionary<string, string?> FieldNames { get; } = new Dictionary<string, string?>
    {
        ["involvedObject.kind"] = "regarding.kind",
        ["involvedObject.namespace"] = "regarding.namespace",
        ["involvedObject.name"] = "regarding.name",
        ["involvedObject.uid"] = "regarding.uid",
        ["involvedObject.apiVersion"] = "regarding.apiVersion",
        ["involvedObject.resourceVersion"] = "regarding.resourceVersion",
        ["involvedObject.fieldPath"] = "regarding.fieldPath",
        ["reportingComponent"] = "reportingController",
        ["source"] = null,
    };

    public override NewEvent Show(Event value) => new()
    {
        Metadata = value.Metadata,
        EventTime = value.EventTime,
        Series = value.Series is { } series ? new NewSeries { Count = series.Count, LastObservedTime = series.LastObservedTime } : null,
        ReportingController = value.ReportingController,
        ReportingInstance = value.ReportingInstance,
        Action = value.Action,
        Reason = value.Reason,
        Regarding = value.InvolvedObject,
        Related = value.Related,
        Note = value.Message,
        Type = value.Type,
        DeprecatedSource = value.Source,
        DeprecatedFirstTimestamp = value.FirstTimestamp,
        DeprecatedLastTimestamp = value.LastTimestamp,
        DeprecatedCount = value.Count,
    };

    public override Event Read(NewEvent value) => new()
    {
        Metadata = value.Metadata,
        EventTime = value.EventTime,
        Series = value.Series is { } series ? new EventSeries { Count = series.Count, LastObservedTime = series.LastObservedTime } : null,
        ReportingController = value.ReportingController,
        ReportingInstance = value.ReportingInstance,
        Action = value.Action,
        Reason = value.Reason,
        InvolvedObject = value.Regarding,
        Related = value.Related,
        Message = value.Note,
        Type = value.Type,
        Source = value.DeprecatedSource,
        FirstTimestamp = value.DeprecatedFirstTimestamp,
        LastTimestamp = value.DeprecatedLastTimestamp,
        Count = value.DeprecatedCount,
    };

    // Failures name the fields as the stored version does.
    public override void Validate(Event value, FieldErrors errors) => Core.EventResource.Validate(value, "reportingController", errors);

    public override void ValidateCreate(Event value, FieldErrors errors)
    {
        Series(value, errors);
        if (value.EventTime is null)
        {
            errors.Required("eventTime");
        }

        if (value.Type is not ("Normal" or "Warning"))
        {
            errors.Invalid("type", "", $"has invalid value: {value.Type}");
        }

        Unset("firstTimestamp", value.FirstTimestamp is null);
        Unset("lastTimestamp", value.LastTimestamp is null);
        Unset("count", value.Count == 0);
        Unset("source", value.Source is { Component: "", Host: "" });

        void Unset(string field, bool isUnset)
        {
            if (!isUnset)
            {
                errors.Invalid(field, "", "needs to be unset");
            }
        }
    }

    /// <summary>Only the series may go on.</summary>
    public override void ValidateUpdate(Event value, Event old, FieldErrors errors)
    {
        if (!Equals(value.Series, old.Series))
        {
            Series(value, errors);
        }

        Immutable("involvedObject", Equals(value.InvolvedObject, old.InvolvedObject), RawValue.Of(value.InvolvedObject));
        Immutable("reason", value.Reason == old.Reason, value.Reason);
        Immutable("message", value.Message == old.Message, value.Message);
        Immutable("source", Equals(value.Source, old.Source), RawValue.Of(value.Source));
        Immutable("firstTimestamp", value.FirstTimestamp == old.FirstTimestamp, Shown(value.FirstTimestamp));
        Immutable("lastTimestamp", value.LastTimestamp == old.LastTimestamp, Shown(value.LastTimestamp));
        Immutable("count", value.Count == old.Count, value.Count);
        Immutable("type", value.Type == old.Type, value.Type);
        Immutable("eventTime", Equals(value.EventTime, old.EventTime), Shown(value.EventTime?.Value));
        Immutable("action", value.Action == old.Action, value.Action);
        Immutable("related", Equals(value.Related, old.Related), RawValue.Of(value.Related));
        Immutable("reportingController", value.ReportingController == old.ReportingController, value.ReportingController);
        Immutable("reportingInstance", value.ReportingInstance == old.ReportingInstance, value.ReportingInstance);

        void Immutable(string field, bool isSame, object? shown)
        {
            if (!isSame)
            {
                errors.Invalid(field, shown, CommonRules.Immutable);
            }
        }
    }

    private static void Series(Event value, FieldErrors errors)
    {
        if (value.Series is not { } series)
        {
            return;
        }

        if (series.Count < SeriesCountMin)
        {
            errors.Invalid("series.count", "", $"should be at least {SeriesCountMin}");
        }

        if (series.LastObservedTime is null)
        {
            errors.Required("series.lastObservedTime");
        }
    }

    private static RawValue Shown(DateTimeOffset? time) =>
        new(time is { } value ? $"\"{value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)}\"" : "null");
}
