namespace Navarch.Api.Meta.V1;

[ApiObject("meta.k8s.io", "v1")]
public sealed partial record ApplyOptions : IApiType<ApplyOptions>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> DryRun { get; init; } = [];

    [Proto(2), Required, WrittenWhenEmpty]
    public bool Force { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public string FieldManager { get; init; } = "";
}
