namespace Navarch.Api.Meta.V1;

[ApiObject("meta.k8s.io", "v1")]
public sealed partial record UpdateOptions : IApiType<UpdateOptions>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> DryRun { get; init; } = [];

    [Proto(2)]
    public string FieldManager { get; init; } = "";

    [Proto(3)]
    public string FieldValidation { get; init; } = "";
}
