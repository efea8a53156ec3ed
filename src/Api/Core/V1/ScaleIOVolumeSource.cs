namespace Navarch.Api.Core.V1;

public sealed partial record ScaleIOVolumeSource : IApiType<ScaleIOVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Gateway { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string System { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public LocalObjectReference? SecretRef { get; init; }

    [Proto(4), JsonName("sslEnabled")]
    public bool SSLEnabled { get; init; }

    [Proto(5)]
    public string ProtectionDomain { get; init; } = "";

    [Proto(6)]
    public string StoragePool { get; init; } = "";

    [Proto(7), Default("ThinProvisioned")]
    public string StorageMode { get; init; } = "";

    [Proto(8)]
    public string VolumeName { get; init; } = "";

    [Proto(9), JsonName("fsType"), Default("xfs")]
    public string FSType { get; init; } = "";

    [Proto(10)]
    public bool ReadOnly { get; init; }
}
