namespace Navarch.Api.Core.V1;

/// <summary>The keys of a ConfigMap as files.</summary>
public sealed partial record ConfigMapVolumeSource : IApiType<ConfigMapVolumeSource>
{
    /// <summary>Name of the ConfigMap.</summary>
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    /// <summary>The keys to take and their paths. Default: all, each under its own name.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<KeyToPath> Items { get; init; } = [];

    /// <summary>Permission bits of files that state none. Default 0644.</summary>
    [Proto(3)]
    public int? DefaultMode { get; init; }

    /// <summary>Whether the ConfigMap or its keys may be missing; otherwise the pod waits for them.</summary>
    [Proto(4)]
    public bool? Optional { get; init; }
}
