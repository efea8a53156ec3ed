namespace Navarch.Api.Core.V1;

/// <summary>A file that shows a field of the pod.</summary>
public sealed partial record DownwardAPIVolumeFile : IApiType<DownwardAPIVolumeFile>
{
    /// <summary>Path below the mount; relative and without "..".</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

    /// <summary>The field: name, namespace, uid, labels or annotations.</summary>
    [Proto(2)]
    public ObjectFieldSelector? FieldRef { get; init; }

    /// <summary>A request or limit of a container.</summary>
    [Proto(3)]
    public ResourceFieldSelector? ResourceFieldRef { get; init; }

    /// <summary>Permission bits of the file. Default: the volume's defaultMode.</summary>
    [Proto(4)]
    public int? Mode { get; init; }
}
