namespace Navarch.Api.Core.V1;

/// <summary>A directory of an NFS server.</summary>
public sealed partial record NFSVolumeSource : IApiType<NFSVolumeSource>
{
    /// <summary>Host name or address of the server.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Server { get; init; } = "";

    /// <summary>Path the server exports.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

    /// <summary>Mount read-only. Default false.</summary>
    [Proto(3)]
    public bool ReadOnly { get; init; }
}
