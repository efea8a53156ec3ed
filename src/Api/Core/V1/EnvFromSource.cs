namespace Navarch.Api.Core.V1;

/// <summary>A source whose every key becomes an environment variable.</summary>
public sealed partial record EnvFromSource : IApiType<EnvFromSource>
{
    /// <summary>Text put before each name.</summary>
    [Proto(1)]
    public string Prefix { get; init; } = "";

    /// <summary>The ConfigMap to take.</summary>
    [Proto(2)]
    public ConfigMapEnvSource? ConfigMapRef { get; init; }

    /// <summary>The Secret to take.</summary>
    [Proto(3)]
    public SecretEnvSource? SecretRef { get; init; }
}

/// <summary>A ConfigMap of the pod's namespace.</summary>
public sealed partial record ConfigMapEnvSource : IApiType<ConfigMapEnvSource>
{
    /// <summary>Name of the ConfigMap.</summary>
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    /// <summary>Whether the ConfigMap may be missing.</summary>
    [Proto(2)]
    public bool? Optional { get; init; }
}

/// <summary>A Secret of the pod's namespace.</summary>
public sealed partial record SecretEnvSource : IApiType<SecretEnvSource>
{
    /// <summary>Name of the Secret.</summary>
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    /// <summary>Whether the Secret may be missing.</summary>
    [Proto(2)]
    public bool? Optional { get; init; }
}
