namespace Navarch.Api.Core.V1;

public sealed partial record EmptyDirVolumeSource : IApiType<EmptyDirVolumeSource>
{
    [Proto(1)]
    public string Medium { get; init; } = "";

    [Proto(2)]
    public Quantity? SizeLimit { get; init; }
}
