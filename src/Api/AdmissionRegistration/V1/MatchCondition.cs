namespace Navarch.Api.AdmissionRegistration.V1;

public sealed partial record MatchCondition : IApiType<MatchCondition>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Expression { get; init; } = "";
}
