namespace Navarch.Api.Core.V1;

/// <summary>Rights of the processes of a container.</summary>
public sealed partial record SecurityContext : IApiType<SecurityContext>
{
    /// <summary>Linux capabilities to add to and drop from the runtime's default set.</summary>
    [Proto(1)]
    public Capabilities? Capabilities { get; init; }

    /// <summary>Run with practically all rights of the node's root. Default false.</summary>
    [Proto(2)]
    public bool? Privileged { get; init; }

    /// <summary>SELinux label of the container.</summary>
    [Proto(3), JsonName("seLinuxOptions")]
    public SELinuxOptions? SELinuxOptions { get; init; }

    /// <summary>Settings for Windows containers.</summary>
    [Proto(10)]
    public WindowsSecurityContextOptions? WindowsOptions { get; init; }

    /// <summary>User id of the processes. Default: the image's.</summary>
    [Proto(4)]
    public long? RunAsUser { get; init; }

    /// <summary>Primary group id of the processes. Default: the runtime's.</summary>
    [Proto(8)]
    public long? RunAsGroup { get; init; }

    /// <summary>Refuse to start as user id 0.</summary>
    [Proto(5)]
    public bool? RunAsNonRoot { get; init; }

    /// <summary>Mount the image read-only. Default false.</summary>
    [Proto(6)]
    public bool? ReadOnlyRootFilesystem { get; init; }

    /// <summary>Whether a process may gain more rights than its parent has, as through setuid programs.</summary>
    [Proto(7)]
    public bool? AllowPrivilegeEscalation { get; init; }

    /// <summary>Default, or Unmasked: whether parts of /proc are hidden.</summary>
    [Proto(9), OneOf(typeof(ProcMountType))]
    public string? ProcMount { get; init; }

    /// <summary>Which system calls are allowed.</summary>
    [Proto(11)]
    public SeccompProfile? SeccompProfile { get; init; }

    /// <summary>AppArmor profile of the container.</summary>
    [Proto(12)]
    public AppArmorProfile? AppArmorProfile { get; init; }
}

/// <summary>Linux capabilities beside the runtime's default set.</summary>
public sealed partial record Capabilities : IApiType<Capabilities>
{
    /// <summary>Names to add, without CAP_ in front.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Add { get; init; } = [];

    /// <summary>Names to drop; ALL drops every one.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Drop { get; init; } = [];
}

/// <summary>The values of a ProcMountType.</summary>
public static class ProcMountType
{
    public const string DefaultProcMount = "Default";
    public const string UnmaskedProcMount = "Unmasked";
}
