using Navarch.Api.Meta.V1;

namespace Navarch.Api.AdmissionRegistration.V1;

[AtomicMap]
public sealed partial record ParamRef : IApiType<ParamRef>
{
    [Proto(1)]
    public string Name { get; init; } = "";

    [Proto(2)]
    public string Namespace { get; init; } = "";

    [Proto(3)]
    public LabelSelector? Selector { get; init; }

    [Proto(4)]
    public string? ParameterNotFoundAction { get; init; }
}
