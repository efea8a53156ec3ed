namespace Navarch.Api.Core.V1;

public sealed partial record NodeConfigSource : IApiType<NodeConfigSource>
{
    [Proto(2)]
    public ConfigMapNodeConfigSource? ConfigMap { get; init; }
}

public sealed partial record ConfigMapNodeConfigSource : IApiType<ConfigMapNodeConfigSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Namespace { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(3), JsonName("uid")]
    public string UID { get; init; } = "";

    [Proto(4)]
    public string ResourceVersion { get; init; } = "";

    [Proto(5), Required, WrittenWhenEmpty]
    public string KubeletConfigKey { get; init; } = "";
}
