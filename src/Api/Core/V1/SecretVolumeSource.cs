namespace Navarch.Api.Core.V1;

public sealed partial record SecretVolumeSource : IApiType<SecretVolumeSource>
{
    [Proto(1)]
    public string SecretName { get; init; } = "";

    [Proto(2), ListAtomic]
    public IReadOnlyList<KeyToPath> Items { get; init; } = [];

    [Proto(3)]
    public int? DefaultMode { get; init; }

    [Proto(4)]
    public bool? Optional { get; init; }
}
