namespace Navarch.Api.Core.V1;

public sealed partial record PodDNSConfig : IApiType<PodDNSConfig>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Nameservers { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Searches { get; init; } = [];

    [Proto(3), ListAtomic]
    public IReadOnlyList<PodDNSConfigOption> Options { get; init; } = [];
}

public sealed partial record PodDNSConfigOption : IApiType<PodDNSConfigOption>
{
    [Proto(1)]
    public string Name { get; init; } = "";

    [Proto(2)]
    public string? Value { get; init; }
}
