namespace Navarch.Api.Core.V1;

public sealed partial record DownwardAPIVolumeFile : IApiType<DownwardAPIVolumeFile>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

    [Proto(2)]
    public ObjectFieldSelector? FieldRef { get; init; }

    [Proto(3)]
    public ResourceFieldSelector? ResourceFieldRef { get; init; }

    [Proto(4)]
    public int? Mode { get; init; }
}
