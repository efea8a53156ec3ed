using Navarch.Api.Meta.V1;

namespace Navarch.Api.Certificates.V1;

[Resource("certificates.k8s.io", "v1", "certificatesigningrequests", Namespaced = false, ShortNames = ["csr"])]
public sealed partial record CertificateSigningRequest : IResource<CertificateSigningRequest>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public CertificateSigningRequestSpec Spec { get; init; } = CertificateSigningRequestSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public CertificateSigningRequestStatus Status { get; init; } = CertificateSigningRequestStatus.Empty;
}

public sealed partial record CertificateSigningRequestSpec : IApiType<CertificateSigningRequestSpec>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public ReadOnlyMemory<byte> Request { get; init; }

    [Proto(7), Required, WrittenWhenEmpty]
    public string SignerName { get; init; } = "";

    [Proto(8)]
    public int? ExpirationSeconds { get; init; }

    [Proto(5), OneOf(typeof(KeyUsage)), ListAtomic]
    public IReadOnlyList<string> Usages { get; init; } = [];

    [Proto(2)]
    public string Username { get; init; } = "";

    [Proto(3), JsonName("uid")]
    public string UID { get; init; } = "";

    [Proto(4), ListAtomic]
    public IReadOnlyList<string> Groups { get; init; } = [];

    [Proto(6)]
    public Map<IReadOnlyList<string>> Extra { get; init; } = [];
}

public sealed partial record CertificateSigningRequestStatus : IApiType<CertificateSigningRequestStatus>
{
    [Proto(1), ListMap("type")]
    public IReadOnlyList<CertificateSigningRequestCondition> Conditions { get; init; } = [];

    [Proto(2)]
    public ReadOnlyMemory<byte> Certificate { get; init; }
}

public sealed partial record CertificateSigningRequestCondition : IApiType<CertificateSigningRequestCondition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Proto(6), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    /// <summary>One word about the last change, for machines.</summary>
    [Proto(2)]
    public string Reason { get; init; } = "";

    /// <summary>A sentence about it, for people.</summary>
    [Proto(3)]
    public string Message { get; init; } = "";

    /// <summary>When the condition was written last.</summary>
    [Proto(4), WrittenWhenEmpty]
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>When the status changed last.</summary>
    [Proto(5), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }
}

/// <summary>The values of a KeyUsage.</summary>
public static class KeyUsage
{
    public const string UsageAny = "any";
    public const string UsageCertSign = "cert sign";
    public const string UsageClientAuth = "client auth";
    public const string UsageCodeSigning = "code signing";
    public const string UsageContentCommitment = "content commitment";
    public const string UsageCRLSign = "crl sign";
    public const string UsageDataEncipherment = "data encipherment";
    public const string UsageDecipherOnly = "decipher only";
    public const string UsageDigitalSignature = "digital signature";
    public const string UsageEmailProtection = "email protection";
    public const string UsageEncipherOnly = "encipher only";
    public const string UsageIPsecEndSystem = "ipsec end system";
    public const string UsageIPsecTunnel = "ipsec tunnel";
    public const string UsageIPsecUser = "ipsec user";
    public const string UsageKeyAgreement = "key agreement";
    public const string UsageKeyEncipherment = "key encipherment";
    public const string UsageMicrosoftSGC = "microsoft sgc";
    public const string UsageNetscapeSGC = "netscape sgc";
    public const string UsageOCSPSigning = "ocsp signing";
    public const string UsageSMIME = "s/mime";
    public const string UsageServerAuth = "server auth";
    public const string UsageSigning = "signing";
    public const string UsageTimestamping = "timestamping";
}
