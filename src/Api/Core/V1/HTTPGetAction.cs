namespace Navarch.Api.Core.V1;

/// <summary>An HTTP GET request.</summary>
public sealed partial record HTTPGetAction : IApiType<HTTPGetAction>
{
    /// <summary>Path of the request. Default /.</summary>
    [Proto(1)]
    public string Path { get; init; } = "";

    /// <summary>Number or name of the container's port.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public IntOrString Port { get; init; }

    /// <summary>Host to connect to. Default: the pod's address.</summary>
    [Proto(3)]
    public string Host { get; init; } = "";

    /// <summary>HTTP (default) or HTTPS, whose certificate is not checked.</summary>
    [Proto(4), OneOf(typeof(URIScheme))]
    public string Scheme { get; init; } = "";

    /// <summary>Headers of the request.</summary>
    [Proto(5), JsonName("httpHeaders"), ListAtomic]
    public IReadOnlyList<HTTPHeader> HTTPHeaders { get; init; } = [];
}

/// <summary>A header of a request.</summary>
public sealed partial record HTTPHeader : IApiType<HTTPHeader>
{
    /// <summary>Name of the header.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Its value.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Value { get; init; } = "";
}

/// <summary>The values of a URIScheme.</summary>
public static class URIScheme
{
    public const string HTTP = "HTTP";
    public const string HTTPS = "HTTPS";
}
