namespace Navarch.Api.Core.V1;

/// <summary>An address and its names, for the hosts file.</summary>
public sealed partial record HostAlias : IApiType<HostAlias>
{
    /// <summary>The address.</summary>
    [Proto(1), JsonName("ip"), Required, WrittenWhenEmpty]
    public string IP { get; init; } = "";

    /// <summary>The names.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Hostnames { get; init; } = [];
}
