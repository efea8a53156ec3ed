using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A report of something that happened to an object, kept for an hour.</summary>
[Resource("", "v1", "events", Namespaced = true, ShortNames = ["ev"])]
public sealed partial record Event : IResource<Event>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1), Required]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The object it is about.</summary>
    [Proto(2), Required]
    public ObjectReference InvolvedObject { get; init; } = ObjectReference.Empty;

    /// <summary>One word for what happened, such as Scheduled or BackOff.</summary>
    [Proto(3)]
    public string Reason { get; init; } = "";

    /// <summary>A sentence for people.</summary>
    [Proto(4)]
    public string Message { get; init; } = "";

    /// <summary>Component that reported it.</summary>
    [Proto(5)]
    public EventSource Source { get; init; } = EventSource.Empty;

    /// <summary>When it was seen first.</summary>
    [Proto(6), WrittenWhenEmpty]
    public DateTimeOffset? FirstTimestamp { get; init; }

    /// <summary>When it was seen last.</summary>
    [Proto(7), WrittenWhenEmpty]
    public DateTimeOffset? LastTimestamp { get; init; }

    /// <summary>How often it was seen.</summary>
    [Proto(8)]
    public int Count { get; init; }

    /// <summary>Normal or Warning.</summary>
    [Proto(9)]
    public string Type { get; init; } = "";

    /// <summary>When it was seen first, to the microsecond.</summary>
    [Proto(10), WrittenWhenEmpty]
    public MicroTime? EventTime { get; init; }

    /// <summary>Its repetitions, if it is one of a series.</summary>
    [Proto(11)]
    public EventSeries? Series { get; init; }

    /// <summary>What was done about the object.</summary>
    [Proto(12)]
    public string Action { get; init; } = "";

    /// <summary>A second object that it is about.</summary>
    [Proto(13)]
    public ObjectReference? Related { get; init; }

    /// <summary>Component that reported it.</summary>
    [Proto(14), JsonName("reportingComponent"), WrittenWhenEmpty]
    public string ReportingController { get; init; } = "";

    /// <summary>Which instance of the component.</summary>
    [Proto(15), WrittenWhenEmpty]
    public string ReportingInstance { get; init; } = "";
}

public sealed partial record EventSeries : IApiType<EventSeries>
{
    [Proto(1)]
    public int Count { get; init; }

    [Proto(2), WrittenWhenEmpty]
    public MicroTime? LastObservedTime { get; init; }
}
