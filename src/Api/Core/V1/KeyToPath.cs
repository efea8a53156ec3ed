namespace Navarch.Api.Core.V1;

/// <summary>A key and the file it becomes.</summary>
public sealed partial record KeyToPath : IApiType<KeyToPath>
{
    /// <summary>The key.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    /// <summary>Path of the file below the mount; relative and without "..".</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

    /// <summary>Permission bits of the file. Default: the volume's defaultMode.</summary>
    [Proto(3)]
    public int? Mode { get; init; }
}
