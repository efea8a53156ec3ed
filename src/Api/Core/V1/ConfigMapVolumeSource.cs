namespace Navarch.Api.Core.V1;

public sealed partial record ConfigMapVolumeSource : IApiType<ConfigMapVolumeSource>
{
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    [Proto(2), ListAtomic]
    public IReadOnlyList<KeyToPath> Items { get; init; } = [];

    [Proto(3)]
    public int? DefaultMode { get; init; }

    [Proto(4)]
    public bool? Optional { get; init; }
}
