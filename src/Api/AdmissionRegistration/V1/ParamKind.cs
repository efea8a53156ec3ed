namespace Navarch.Api.AdmissionRegistration.V1;

[AtomicMap]
public sealed partial record ParamKind : IApiType<ParamKind>
{
    [Proto(1), JsonName("apiVersion")]
    public string APIVersion { get; init; } = "";

    [Proto(2)]
    public string Kind { get; init; } = "";
}
