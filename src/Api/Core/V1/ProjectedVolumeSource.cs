using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

public sealed partial record ProjectedVolumeSource : IApiType<ProjectedVolumeSource>
{
    [Proto(1), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<VolumeProjection> Sources { get; init; } = [];

    [Proto(2)]
    public int? DefaultMode { get; init; }
}

public sealed partial record VolumeProjection : IApiType<VolumeProjection>
{
    [Proto(1)]
    public SecretProjection? Secret { get; init; }

    [Proto(2)]
    public DownwardAPIProjection? DownwardAPI { get; init; }

    [Proto(3)]
    public ConfigMapProjection? ConfigMap { get; init; }

    [Proto(4)]
    public ServiceAccountTokenProjection? ServiceAccountToken { get; init; }

    [Proto(5)]
    public ClusterTrustBundleProjection? ClusterTrustBundle { get; init; }

    [Proto(6)]
    public PodCertificateProjection? PodCertificate { get; init; }
}

public sealed partial record ClusterTrustBundleProjection : IApiType<ClusterTrustBundleProjection>
{
    [Proto(1)]
    public string? Name { get; init; }

    [Proto(2)]
    public string? SignerName { get; init; }

    [Proto(3)]
    public LabelSelector? LabelSelector { get; init; }

    [Proto(5)]
    public bool? Optional { get; init; }

    [Proto(4), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";
}

public sealed partial record ConfigMapProjection : IApiType<ConfigMapProjection>
{
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    [Proto(2), ListAtomic]
    public IReadOnlyList<KeyToPath> Items { get; init; } = [];

    [Proto(4)]
    public bool? Optional { get; init; }
}

public sealed partial record DownwardAPIProjection : IApiType<DownwardAPIProjection>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<DownwardAPIVolumeFile> Items { get; init; } = [];
}

public sealed partial record PodCertificateProjection : IApiType<PodCertificateProjection>
{
    [Proto(1), Required]
    public string SignerName { get; init; } = "";

    [Proto(2), Required]
    public string KeyType { get; init; } = "";

    [Proto(3)]
    public int? MaxExpirationSeconds { get; init; }

    [Proto(4)]
    public string CredentialBundlePath { get; init; } = "";

    [Proto(5)]
    public string KeyPath { get; init; } = "";

    [Proto(6)]
    public string CertificateChainPath { get; init; } = "";

    [Proto(7)]
    public Map<string> UserAnnotations { get; init; } = [];
}

public sealed partial record SecretProjection : IApiType<SecretProjection>
{
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    [Proto(2), ListAtomic]
    public IReadOnlyList<KeyToPath> Items { get; init; } = [];

    [Proto(4)]
    public bool? Optional { get; init; }
}

public sealed partial record ServiceAccountTokenProjection : IApiType<ServiceAccountTokenProjection>
{
    [Proto(1)]
    public string Audience { get; init; } = "";

    [Proto(2)]
    public long? ExpirationSeconds { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";
}
