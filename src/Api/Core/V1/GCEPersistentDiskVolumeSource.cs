namespace Navarch.Api.Core.V1;

public sealed partial record GCEPersistentDiskVolumeSource : IApiType<GCEPersistentDiskVolumeSource>
{
    [Proto(1), JsonName("pdName"), Required, WrittenWhenEmpty]
    public string PDName { get; init; } = "";

    [Proto(2), JsonName("fsType")]
    public string FSType { get; init; } = "";

    [Proto(3)]
    public int Partition { get; init; }

    [Proto(4)]
    public bool ReadOnly { get; init; }
}
