namespace Navarch.Api.Core.V1;

public sealed partial record ImageVolumeSource : IApiType<ImageVolumeSource>
{
    /// <summary>The image or artifact, as in a container's image.</summary>
    [Proto(1)]
    public string Reference { get; init; } = "";

    /// <summary>Always, IfNotPresent or Never. Default Always for the tag latest, else IfNotPresent.</summary>
    [Proto(2), OneOf(typeof(PullPolicy))]
    public string PullPolicy { get; init; } = "";
}
