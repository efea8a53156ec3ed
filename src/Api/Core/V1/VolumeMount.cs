namespace Navarch.Api.Core.V1;

/// <summary>A volume and where a container sees it.</summary>
public sealed partial record VolumeMount : IApiType<VolumeMount>
{
    /// <summary>Name of the volume.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Mount it read-only. Default false.</summary>
    [Proto(2)]
    public bool ReadOnly { get; init; }

    /// <summary>Whether mounts below are read-only too: Disabled, IfPossible or Enabled.</summary>
    [Proto(7)]
    public string? RecursiveReadOnly { get; init; }

    /// <summary>Path in the container. Must not contain a colon.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public string MountPath { get; init; } = "";

    /// <summary>Path in the volume to mount. Default: its root.</summary>
    [Proto(4)]
    public string SubPath { get; init; } = "";

    /// <summary>Whether mounts made later are seen: None (default), HostToContainer or Bidirectional.</summary>
    [Proto(5), OneOf(typeof(MountPropagationMode))]
    public string? MountPropagation { get; init; }

    /// <summary>As subPath, with $(NAME) standing for the container's environment variables.</summary>
    [Proto(6)]
    public string SubPathExpr { get; init; } = "";
}

/// <summary>The values of a MountPropagationMode.</summary>
public static class MountPropagationMode
{
    public const string MountPropagationBidirectional = "Bidirectional";
    public const string MountPropagationHostToContainer = "HostToContainer";
    public const string MountPropagationNone = "None";
}
