namespace Navarch.Api.Core.V1;

/// <summary>Settings for looking names up.</summary>
public sealed partial record PodDNSConfig : IApiType<PodDNSConfig>
{
    /// <summary>Addresses of name servers, added to those that dnsPolicy gives.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Nameservers { get; init; } = [];

    /// <summary>Domains to search for short names.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Searches { get; init; } = [];

    /// <summary>Options of the resolver.</summary>
    [Proto(3), ListAtomic]
    public IReadOnlyList<PodDNSConfigOption> Options { get; init; } = [];
}

public sealed partial record PodDNSConfigOption : IApiType<PodDNSConfigOption>
{
    /// <summary>Name of the option, such as ndots.</summary>
    [Proto(1)]
    public string Name { get; init; } = "";

    /// <summary>Its value, if it has one.</summary>
    [Proto(2)]
    public string? Value { get; init; }
}
