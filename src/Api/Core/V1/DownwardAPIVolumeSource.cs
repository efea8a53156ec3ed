namespace Navarch.Api.Core.V1;

public sealed partial record DownwardAPIVolumeSource : IApiType<DownwardAPIVolumeSource>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<DownwardAPIVolumeFile> Items { get; init; } = [];

    [Proto(2)]
    public int? DefaultMode { get; init; }
}
