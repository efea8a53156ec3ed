namespace Navarch.ApiServer.Pipeline;

/// <summary>How much of the server one client, or all of them, may hold. Each number is a bound on memory and descriptors.</summary>
internal sealed record ServingLimits
{
    /// <summary>Connections in total, as far as the process may have descriptors; who comes then is hung up on.</summary>
    public int Connections { get; init; } = 20_000;

    /// <summary>Connections on which nobody has shown yet who it is, in total. The oldest makes room for the newest.</summary>
    public int Newcomers { get; init; } = 2_000;

    /// <summary>Of these, from one address (of IPv6: one network of 64 bits).</summary>
    public int NewcomersPerAddress { get; init; } = 500;

    /// <summary>For the TLS handshake.</summary>
    public TimeSpan HandshakePatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the head of a request, from its first byte.</summary>
    public TimeSpan HeadPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between requests.</summary>
    public TimeSpan IdlePatience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Watches, sessions and the like, in total.</summary>
    public int LongRunning { get; init; } = 20_000;

    /// <summary>Of these, by one user: nobody takes all.</summary>
    public int LongRunningPerUser { get; init; } = 10_000;

    /// <summary>Requests at once on one connection of HTTP/2.</summary>
    public int StreamsPerConnection { get; init; } = 1_000;
}
