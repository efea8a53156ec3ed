namespace Navarch.Api.ApiExtensions.V1;

public sealed partial record WebhookConversion : IApiType<WebhookConversion>
{
    [Proto(2)]
    public WebhookClientConfig? ClientConfig { get; init; }

    [Proto(3), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> ConversionReviewVersions { get; init; } = [];
}

public sealed partial record WebhookClientConfig : IApiType<WebhookClientConfig>
{
    [Proto(3), JsonName("url")]
    public string? URL { get; init; }

    [Proto(1)]
    public ServiceReference? Service { get; init; }

    [Proto(2), JsonName("caBundle")]
    public ReadOnlyMemory<byte> CABundle { get; init; }
}

public sealed partial record ServiceReference : IApiType<ServiceReference>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Namespace { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(3)]
    public string? Path { get; init; }

    [Proto(4)]
    public int? Port { get; init; }
}
