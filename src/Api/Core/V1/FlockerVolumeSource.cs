namespace Navarch.Api.Core.V1;

public sealed partial record FlockerVolumeSource : IApiType<FlockerVolumeSource>
{
    [Proto(1)]
    public string DatasetName { get; init; } = "";

    [Proto(2)]
    public string DatasetUUID { get; init; } = "";
}
