using Navarch.Api.Core.V1;
using Navarch.ApiServer.Resources.Events;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Something that happened to an object. Kept for an hour.</summary>
public sealed class EventResource : Resource<Event>
{
    public EventResource() => Views = [new EventView(this)];

    public override IReadOnlyList<ResourceView> Views { get; }

    public override bool CreatesOnUpdate => true;

    public override string DefaultPropagation => Registry.Deletion.NoPropagation;

    public override TimeSpan? Expiry => TimeSpan.FromHours(1);

    public override IReadOnlyList<Column<Event>> Columns { get; } =
    [
        new("Last Seen", "string", static (value, now) => LastSeen(value, now)),
        Columns<Event>.Text("Type", static value => value.Type),
        Columns<Event>.Text("Reason", static value => value.Reason),
        Columns<Event>.Text("Object", Object),
        Columns<Event>.Text("Subobject", static value => value.InvolvedObject.FieldPath, priority: 1),
        Columns<Event>.Text("Source", Source, priority: 1),
        Columns<Event>.Text("Message", static value => value.Message.Trim()),
        new("First Seen", "string", static (value, now) => FirstSeen(value, now)) { Priority = 1 },
        Columns<Event>.Count("Count", static value => value.Series?.Count ?? Math.Max(value.Count, 1), priority: 1),
        new("Name", "string", static (value, _) => value.Metadata.Name) { Format = "name", Priority = 1 },
    ];

    public override IReadOnlyDictionary<string, Func<Event, string>> SelectableFields { get; } = new Dictionary<string, Func<Event, string>>
    {
        ["involvedObject.kind"] = static value => value.InvolvedObject.Kind,
        ["involvedObject.namespace"] = static value => value.InvolvedObject.Namespace,
        ["involvedObject.name"] = static value => value.InvolvedObject.Name,
        ["involvedObject.uid"] = static value => value.InvolvedObject.UID,
        ["involvedObject.apiVersion"] = static value => value.InvolvedObject.APIVersion,
        ["involvedObject.resourceVersion"] = static value => value.InvolvedObject.ResourceVersion,
        ["involvedObject.fieldPath"] = static value => value.InvolvedObject.FieldPath,
        ["reason"] = static value => value.Reason,
        ["reportingComponent"] = static value => value.ReportingController,
        ["source"] = static value => value.Source.Component.Length > 0 ? value.Source.Component : value.ReportingController,
        ["type"] = static value => value.Type,
    };

    public override void Validate(Event value, FieldErrors errors) => Validate(value, "reportingComponent", errors);

    /// <param name="reporter">What the version calls the component that reports.</param>
    internal static void Validate(Event value, string reporter, FieldErrors errors)
    {
        var involved = value.InvolvedObject.Namespace;
        var fits = involved.Length > 0
            ? involved == value.Metadata.Namespace
            : value.Metadata.Namespace is "default" or "" || (value.EventTime is not null && value.Metadata.Namespace == "kube-system");
        if (!fits)
        {
            errors.Invalid("involvedObject.namespace", involved, "does not match event.namespace");
        }

        if (value.EventTime is not null)
        {
            NewForm(value, reporter, errors);
        }
    }

    private static void NewForm(Event value, string reporter, FieldErrors errors)
    {
        const int TextMax = 128;
        const int MessageMax = 1024;
        if (value.ReportingController.Length == 0)
        {
            errors.Required(reporter);
        }
        else
        {
            errors.QualifiedName(FieldPath.Of(reporter), value.ReportingController);
        }

        Text("reportingInstance", value.ReportingInstance);
        Text("action", value.Action);
        Text("reason", value.Reason);
        if (value.Message.Length > MessageMax)
        {
            errors.Invalid("message", "", $"can have at most {MessageMax} characters");
        }

        void Text(string field, string text)
        {
            if (text.Length == 0)
            {
                errors.Required(field);
            }
            else if (text.Length > TextMax)
            {
                errors.Invalid(field, "", $"can have at most {TextMax} characters");
            }
        }
    }

    private static string FirstSeen(Event value, DateTimeOffset now) => Cells.Age(value.FirstTimestamp ?? value.EventTime?.Value, now);

    private static string LastSeen(Event value, DateTimeOffset now) =>
        value.Series is { } series ? Cells.Age(series.LastObservedTime?.Value, now)
        : value.LastTimestamp is { } last ? Cells.Age(last, now)
        : FirstSeen(value, now);

    private static string Object(Event value)
    {
        var kind = value.InvolvedObject.Kind.ToLowerInvariant();
        return value.InvolvedObject.Name.Length == 0 ? kind : $"{kind}/{value.InvolvedObject.Name}";
    }

    private static string Source(Event value)
    {
        var component = value.Source.Component.Length > 0 ? value.Source.Component : value.ReportingController;
        var instance = value.Source.Host.Length > 0 ? value.Source.Host : value.ReportingInstance;
        return instance.Length == 0 ? component : $"{component}, {instance}";
    }
}
