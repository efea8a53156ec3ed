using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>Several sources in one directory.</summary>
public sealed partial record ProjectedVolumeSource : IApiType<ProjectedVolumeSource>
{
    /// <summary>The sources.</summary>
    [Proto(1), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<VolumeProjection> Sources { get; init; } = [];

    /// <summary>Permission bits of files that state none. Default 0644.</summary>
    [Proto(2)]
    public int? DefaultMode { get; init; }
}

/// <summary>One source of a projected volume.</summary>
public sealed partial record VolumeProjection : IApiType<VolumeProjection>
{
    /// <summary>Keys of a Secret.</summary>
    [Proto(1)]
    public SecretProjection? Secret { get; init; }

    /// <summary>Fields of the pod.</summary>
    [Proto(2)]
    public DownwardAPIProjection? DownwardAPI { get; init; }

    /// <summary>Keys of a ConfigMap.</summary>
    [Proto(3)]
    public ConfigMapProjection? ConfigMap { get; init; }

    /// <summary>A token of the pod's service account, renewed in time.</summary>
    [Proto(4)]
    public ServiceAccountTokenProjection? ServiceAccountToken { get; init; }

    /// <summary>Certificates to trust.</summary>
    [Proto(5)]
    public ClusterTrustBundleProjection? ClusterTrustBundle { get; init; }

    /// <summary>A key and a certificate for the pod, renewed in time.</summary>
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
    /// <summary>Name of the ConfigMap.</summary>
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    /// <summary>The keys to take and their paths. Default: all.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<KeyToPath> Items { get; init; } = [];

    /// <summary>Whether the ConfigMap or its keys may be missing.</summary>
    [Proto(4)]
    public bool? Optional { get; init; }
}

public sealed partial record DownwardAPIProjection : IApiType<DownwardAPIProjection>
{
    /// <summary>The files and the fields they show.</summary>
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
    /// <summary>Name of the Secret.</summary>
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    /// <summary>The keys to take and their paths. Default: all.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<KeyToPath> Items { get; init; } = [];

    /// <summary>Whether the Secret or its keys may be missing.</summary>
    [Proto(4)]
    public bool? Optional { get; init; }
}

public sealed partial record ServiceAccountTokenProjection : IApiType<ServiceAccountTokenProjection>
{
    /// <summary>Who is to accept the token. Default: the API server.</summary>
    [Proto(1)]
    public string Audience { get; init; } = "";

    /// <summary>How long the token is valid; at least 600. Default 3600.</summary>
    [Proto(2)]
    public long? ExpirationSeconds { get; init; }

    /// <summary>Path of the file below the mount.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";
}
