namespace Navarch.Api.Core.V1;

public sealed partial record SecurityContext : IApiType<SecurityContext>
{
    [Proto(1)]
    public Capabilities? Capabilities { get; init; }

    [Proto(2)]
    public bool? Privileged { get; init; }

    [Proto(3), JsonName("seLinuxOptions")]
    public SELinuxOptions? SELinuxOptions { get; init; }

    [Proto(10)]
    public WindowsSecurityContextOptions? WindowsOptions { get; init; }

    [Proto(4)]
    public long? RunAsUser { get; init; }

    [Proto(8)]
    public long? RunAsGroup { get; init; }

    [Proto(5)]
    public bool? RunAsNonRoot { get; init; }

    [Proto(6)]
    public bool? ReadOnlyRootFilesystem { get; init; }

    [Proto(7)]
    public bool? AllowPrivilegeEscalation { get; init; }

    [Proto(9), OneOf(typeof(ProcMountType))]
    public string? ProcMount { get; init; }

    [Proto(11)]
    public SeccompProfile? SeccompProfile { get; init; }

    [Proto(12)]
    public AppArmorProfile? AppArmorProfile { get; init; }
}

public sealed partial record Capabilities : IApiType<Capabilities>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Add { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Drop { get; init; } = [];
}

/// <summary>The values of a ProcMountType.</summary>
public static class ProcMountType
{
    public const string DefaultProcMount = "Default";
    public const string UnmaskedProcMount = "Unmasked";
}
