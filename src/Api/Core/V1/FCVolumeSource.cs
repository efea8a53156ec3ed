namespace Navarch.Api.Core.V1;

public sealed partial record FCVolumeSource : IApiType<FCVolumeSource>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> TargetWWNs { get; init; } = [];

    [Proto(2)]
    public int? Lun { get; init; }

    [Proto(3), JsonName("fsType")]
    public string FSType { get; init; } = "";

    [Proto(4)]
    public bool ReadOnly { get; init; }

    [Proto(5), JsonName("wwids"), ListAtomic]
    public IReadOnlyList<string> WWIDs { get; init; } = [];
}
