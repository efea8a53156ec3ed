namespace Navarch.Api.Core.V1;

public sealed partial record ImageVolumeSource : IApiType<ImageVolumeSource>
{
    [Proto(1)]
    public string Reference { get; init; } = "";

    [Proto(2), OneOf(typeof(PullPolicy))]
    public string PullPolicy { get; init; } = "";
}
