namespace Navarch.Api.Core.V1;

public sealed partial record ISCSIVolumeSource : IApiType<ISCSIVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string TargetPortal { get; init; } = "";

    [Proto(2), JsonName("iqn"), Required, WrittenWhenEmpty]
    public string IQN { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public int Lun { get; init; }

    [Proto(4), JsonName("iscsiInterface"), Default("default")]
    public string ISCSIInterface { get; init; } = "";

    [Proto(5), JsonName("fsType")]
    public string FSType { get; init; } = "";

    [Proto(6)]
    public bool ReadOnly { get; init; }

    [Proto(7), ListAtomic]
    public IReadOnlyList<string> Portals { get; init; } = [];

    [Proto(8), JsonName("chapAuthDiscovery")]
    public bool DiscoveryCHAPAuth { get; init; }

    [Proto(11), JsonName("chapAuthSession")]
    public bool SessionCHAPAuth { get; init; }

    [Proto(10)]
    public LocalObjectReference? SecretRef { get; init; }

    [Proto(12)]
    public string? InitiatorName { get; init; }
}
