using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Events.V1;

/// <summary>A report of something that happened to an object, kept for an hour.</summary>
[Resource("events.k8s.io", "v1", "events", Namespaced = true, ShortNames = ["ev"])]
public sealed partial record Event : IResource<Event>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>When it was seen first, to the microsecond.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public MicroTime? EventTime { get; init; }

    /// <summary>Its repetitions, if it is one of a series.</summary>
    [Proto(3)]
    public EventSeries? Series { get; init; }

    /// <summary>Component that reported it.</summary>
    [Proto(4)]
    public string ReportingController { get; init; } = "";

    /// <summary>Which instance of the component.</summary>
    [Proto(5)]
    public string ReportingInstance { get; init; } = "";

    /// <summary>What was done about the object.</summary>
    [Proto(6)]
    public string Action { get; init; } = "";

    /// <summary>One word for what happened, such as Scheduled or BackOff.</summary>
    [Proto(7)]
    public string Reason { get; init; } = "";

    [Proto(8)]
    public ObjectReference Regarding { get; init; } = ObjectReference.Empty;

    /// <summary>A second object that it is about.</summary>
    [Proto(9)]
    public ObjectReference? Related { get; init; }

    [Proto(10)]
    public string Note { get; init; } = "";

    /// <summary>Normal or Warning.</summary>
    [Proto(11)]
    public string Type { get; init; } = "";

    [Proto(12)]
    public EventSource DeprecatedSource { get; init; } = EventSource.Empty;

    [Proto(13), WrittenWhenEmpty]
    public DateTimeOffset? DeprecatedFirstTimestamp { get; init; }

    [Proto(14), WrittenWhenEmpty]
    public DateTimeOffset? DeprecatedLastTimestamp { get; init; }

    [Proto(15)]
    public int DeprecatedCount { get; init; }
}

public sealed partial record EventSeries : IApiType<EventSeries>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int Count { get; init; }

    [Proto(2), Required, WrittenWhenEmpty]
    public MicroTime? LastObservedTime { get; init; }
}
