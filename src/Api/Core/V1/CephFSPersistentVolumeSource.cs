namespace Navarch.Api.Core.V1;

public sealed partial record CephFSPersistentVolumeSource : IApiType<CephFSPersistentVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> Monitors { get; init; } = [];

    [Proto(2)]
    public string Path { get; init; } = "";

    [Proto(3)]
    public string User { get; init; } = "";

    [Proto(4)]
    public string SecretFile { get; init; } = "";

    [Proto(5)]
    public SecretReference? SecretRef { get; init; }

    [Proto(6)]
    public bool ReadOnly { get; init; }
}
