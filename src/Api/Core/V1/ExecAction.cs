namespace Navarch.Api.Core.V1;

/// <summary>A command run in the container.</summary>
public sealed partial record ExecAction : IApiType<ExecAction>
{
    /// <summary>Program and arguments. There is no shell unless the program is one.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Command { get; init; } = [];
}
