namespace Navarch.Api.Core.V1;

public sealed partial record EnvFromSource : IApiType<EnvFromSource>
{
    [Proto(1)]
    public string Prefix { get; init; } = "";

    [Proto(2)]
    public ConfigMapEnvSource? ConfigMapRef { get; init; }

    [Proto(3)]
    public SecretEnvSource? SecretRef { get; init; }
}

public sealed partial record ConfigMapEnvSource : IApiType<ConfigMapEnvSource>
{
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    [Proto(2)]
    public bool? Optional { get; init; }
}

public sealed partial record SecretEnvSource : IApiType<SecretEnvSource>
{
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    [Proto(2)]
    public bool? Optional { get; init; }
}
