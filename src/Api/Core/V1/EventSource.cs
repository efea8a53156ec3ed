namespace Navarch.Api.Core.V1;

public sealed partial record EventSource : IApiType<EventSource>
{
    [Proto(1)]
    public string Component { get; init; } = "";

    [Proto(2)]
    public string Host { get; init; } = "";
}
