namespace Navarch.Api.Core.V1;

public sealed partial record ContainerRestartRule : IApiType<ContainerRestartRule>
{
    [Proto(1), Required]
    public string Action { get; init; } = "";

    [Proto(2)]
    public ContainerRestartRuleOnExitCodes? ExitCodes { get; init; }
}

public sealed partial record ContainerRestartRuleOnExitCodes : IApiType<ContainerRestartRuleOnExitCodes>
{
    [Proto(1), Required]
    public string Operator { get; init; } = "";

    [Proto(2), ListSet]
    public IReadOnlyList<int> Values { get; init; } = [];
}
