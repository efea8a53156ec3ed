namespace Navarch.Api.Core.V1;

public sealed partial record ExecAction : IApiType<ExecAction>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Command { get; init; } = [];
}
