namespace Navarch.Api.Core.V1;

/// <summary>Fields of the pod as files.</summary>
public sealed partial record DownwardAPIVolumeSource : IApiType<DownwardAPIVolumeSource>
{
    /// <summary>The files and the fields they show.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<DownwardAPIVolumeFile> Items { get; init; } = [];

    /// <summary>Permission bits of files that state none. Default 0644.</summary>
    [Proto(2)]
    public int? DefaultMode { get; init; }
}
