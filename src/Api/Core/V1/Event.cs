using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A report of something that happened to an object, kept for an hour.</summary>
[Resource("", "v1", "events", Namespaced = true, ShortNames = ["ev"])]
public sealed partial record Event : IResource<Event>
{
    [Proto(1), Required]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required]
    public ObjectReference InvolvedObject { get; init; } = ObjectReference.Empty;

    [Proto(3)]
    public string Reason { get; init; } = "";

    [Proto(4)]
    public string Message { get; init; } = "";

    [Proto(5)]
    public EventSource Source { get; init; } = EventSource.Empty;

    [Proto(6), WrittenWhenEmpty]
    public DateTimeOffset? FirstTimestamp { get; init; }

    [Proto(7), WrittenWhenEmpty]
    public DateTimeOffset? LastTimestamp { get; init; }

    [Proto(8)]
    public int Count { get; init; }

    [Proto(9)]
    public string Type { get; init; } = "";

    [Proto(10), WrittenWhenEmpty]
    public MicroTime? EventTime { get; init; }

    [Proto(11)]
    public EventSeries? Series { get; init; }

    [Proto(12)]
    public string Action { get; init; } = "";

    [Proto(13)]
    public ObjectReference? Related { get; init; }

    [Proto(14), JsonName("reportingComponent"), WrittenWhenEmpty]
    public string ReportingController { get; init; } = "";

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
