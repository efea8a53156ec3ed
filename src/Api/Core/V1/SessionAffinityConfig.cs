namespace Navarch.Api.Core.V1;

public sealed partial record SessionAffinityConfig : IApiType<SessionAffinityConfig>
{
    [Proto(1)]
    public ClientIPConfig? ClientIP { get; init; }
}

public sealed partial record ClientIPConfig : IApiType<ClientIPConfig>
{
    [Proto(1)]
    public int? TimeoutSeconds { get; init; }
}
