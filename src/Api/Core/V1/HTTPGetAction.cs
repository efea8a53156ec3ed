namespace Navarch.Api.Core.V1;

public sealed partial record HTTPGetAction : IApiType<HTTPGetAction>
{
    [Proto(1)]
    public string Path { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public IntOrString Port { get; init; }

    [Proto(3)]
    public string Host { get; init; } = "";

    [Proto(4), OneOf(typeof(URIScheme))]
    public string Scheme { get; init; } = "";

    [Proto(5), JsonName("httpHeaders"), ListAtomic]
    public IReadOnlyList<HTTPHeader> HTTPHeaders { get; init; } = [];
}

public sealed partial record HTTPHeader : IApiType<HTTPHeader>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Value { get; init; } = "";
}

/// <summary>The values of a URIScheme.</summary>
public static class URIScheme
{
    public const string HTTP = "HTTP";
    public const string HTTPS = "HTTPS";
}
