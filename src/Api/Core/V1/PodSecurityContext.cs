namespace Navarch.Api.Core.V1;

/// <summary>Rights and settings that hold for all containers of a pod.</summary>
public sealed partial record PodSecurityContext : IApiType<PodSecurityContext>
{
    /// <summary>SELinux label of all containers.</summary>
    [Proto(1), JsonName("seLinuxOptions")]
    public SELinuxOptions? SELinuxOptions { get; init; }

    /// <summary>Settings for Windows containers.</summary>
    [Proto(8)]
    public WindowsSecurityContextOptions? WindowsOptions { get; init; }

    /// <summary>User id of the processes. Default: the images'.</summary>
    [Proto(2)]
    public long? RunAsUser { get; init; }

    /// <summary>Primary group id of the processes.</summary>
    [Proto(6)]
    public long? RunAsGroup { get; init; }

    /// <summary>Refuse to start containers as user id 0.</summary>
    [Proto(3)]
    public bool? RunAsNonRoot { get; init; }

    /// <summary>Further group ids of the processes.</summary>
    [Proto(4), ListAtomic]
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];

    /// <summary>Merge (default): also the groups the image gives the user; Strict: only those stated here.</summary>
    [Proto(12), OneOf(typeof(SupplementalGroupsPolicy))]
    public string? SupplementalGroupsPolicy { get; init; }

    /// <summary>Group id that owns the volumes and that all processes belong to.</summary>
    [Proto(5), JsonName("fsGroup")]
    public long? FSGroup { get; init; }

    /// <summary>Kernel parameters of the pod's namespaces.</summary>
    [Proto(7), ListAtomic]
    public IReadOnlyList<Sysctl> Sysctls { get; init; } = [];

    /// <summary>Always (default), or OnRootMismatch: change the owner of a volume only if its top directory has another.</summary>
    [Proto(9), JsonName("fsGroupChangePolicy"), OneOf(typeof(PodFSGroupChangePolicy))]
    public string? FSGroupChangePolicy { get; init; }

    /// <summary>Which system calls are allowed.</summary>
    [Proto(10)]
    public SeccompProfile? SeccompProfile { get; init; }

    /// <summary>AppArmor profile of all containers.</summary>
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

/// <summary>A kernel parameter.</summary>
public sealed partial record Sysctl : IApiType<Sysctl>
{
    /// <summary>Name of the parameter.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Value to set.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Value { get; init; } = "";
}
