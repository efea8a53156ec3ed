namespace Navarch.Api.Core.V1;

public sealed partial record RBDPersistentVolumeSource : IApiType<RBDPersistentVolumeSource>
{
    [Proto(1), JsonName("monitors"), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> CephMonitors { get; init; } = [];

    [Proto(2), JsonName("image"), Required, WrittenWhenEmpty]
    public string RBDImage { get; init; } = "";

    [Proto(3), JsonName("fsType")]
    public string FSType { get; init; } = "";

    [Proto(4), JsonName("pool"), Default("rbd")]
    public string RBDPool { get; init; } = "";

    [Proto(5), JsonName("user"), Default("admin")]
    public string RadosUser { get; init; } = "";

    [Proto(6), Default("/etc/ceph/keyring")]
    public string Keyring { get; init; } = "";

    [Proto(7)]
    public SecretReference? SecretRef { get; init; }

    [Proto(8)]
    public bool ReadOnly { get; init; }
}
