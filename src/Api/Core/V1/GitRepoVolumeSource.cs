namespace Navarch.Api.Core.V1;

public sealed partial record GitRepoVolumeSource : IApiType<GitRepoVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Repository { get; init; } = "";

    [Proto(2)]
    public string Revision { get; init; } = "";

    [Proto(3)]
    public string Directory { get; init; } = "";
}
