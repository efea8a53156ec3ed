namespace Navarch.Api.AdmissionRegistration.V1;

[AtomicMap]
public sealed partial record Variable : IApiType<Variable>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Expression { get; init; } = "";
}
