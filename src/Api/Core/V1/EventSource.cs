namespace Navarch.Api.Core.V1;

public sealed partial record EventSource : IApiType<EventSource>
{
    /// <summary>Name of the component.</summary>
    [Proto(1)]
    public string Component { get; init; } = "";

    /// <summary>Node it runs on.</summary>
    [Proto(2)]
    public string Host { get; init; } = "";
}
