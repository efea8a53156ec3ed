namespace Navarch.Api.Core.V1;

public sealed partial record SessionAffinityConfig : IApiType<SessionAffinityConfig>
{
    /// <summary>Settings of the affinity by client address.</summary>
    [Proto(1)]
    public ClientIPConfig? ClientIP { get; init; }
}

public sealed partial record ClientIPConfig : IApiType<ClientIPConfig>
{
    /// <summary>Seconds without connections after which the affinity is forgotten. Default 10800.</summary>
    [Proto(1)]
    public int? TimeoutSeconds { get; init; }
}
