using System.Text.Json.Serialization;

namespace Navarch.Cluster.Certificates;

/// <summary>How long which certificate is still good for.</summary>
public sealed record CertificateStatus
{
    public required string Name { get; init; }

    /// <summary>The file it is in.</summary>
    public required string File { get; init; }

    public string Subject { get; init; } = "";

    /// <summary>The common name of who signed it.</summary>
    public string Signer { get; init; } = "";

    public DateTimeOffset? NotBefore { get; init; }

    public DateTimeOffset? NotAfter { get; init; }

    public required CertificateState State { get; init; }

    /// <summary>What is wrong with the file; empty where it can be read.</summary>
    public string Problem { get; init; } = "";
}

[JsonConverter(typeof(JsonStringEnumConverter<CertificateState>))]
public enum CertificateState
{
    Good,

    /// <summary>Ends sooner than was asked about.</summary>
    Ending,

    Expired,

    /// <summary>Missing, or no certificate.</summary>
    Unreadable,
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<CertificateStatus>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(AuthorityStatus))]
public sealed partial class CertificateStatusJson : JsonSerializerContext;
