namespace Navarch.Api.Core.V1;

public sealed partial record PodSecurityContext : IApiType<PodSecurityContext>
{
    [Proto(1), JsonName("seLinuxOptions")]
    public SELinuxOptions? SELinuxOptions { get; init; }

    [Proto(8)]
    public WindowsSecurityContextOptions? WindowsOptions { get; init; }

    [Proto(2)]
    public long? RunAsUser { get; init; }

    [Proto(6)]
    public long? RunAsGroup { get; init; }

    [Proto(3)]
    public bool? RunAsNonRoot { get; init; }

    [Proto(4), ListAtomic]
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];

    [Proto(12), OneOf(typeof(SupplementalGroupsPolicy))]
    public string? SupplementalGroupsPolicy { get; init; }

    [Proto(5), JsonName("fsGroup")]
    public long? FSGroup { get; init; }

    [Proto(7), ListAtomic]
    public IReadOnlyList<Sysctl> Sysctls { get; init; } = [];

    [Proto(9), JsonName("fsGroupChangePolicy"), OneOf(typeof(PodFSGroupChangePolicy))]
    public string? FSGroupChangePolicy { get; init; }

    [Proto(10)]
    public SeccompProfile? SeccompProfile { get; init; }

    [Proto(11)]
    public AppArmorProfile? AppArmorProfile { get; init; }

    [Proto(13), JsonName("seLinuxChangePolicy")]
    public string? SELinuxChangePolicy { get; init; }
}

/// <summary>The values of a PodFSGroupChangePolicy.</summary>
public static class PodFSGroupChangePolicy
{
    public const string FSGroupChangeAlways = "Always";
    public const string FSGroupChangeOnRootMismatch = "OnRootMismatch";
}

/// <summary>The values of a SupplementalGroupsPolicy.</summary>
public static class SupplementalGroupsPolicy
{
    public const string Merge = "Merge";
    public const string Strict = "Strict";
}

public sealed partial record Sysctl : IApiType<Sysctl>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Value { get; init; } = "";
}
