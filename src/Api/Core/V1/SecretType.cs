namespace Navarch.Api.Core.V1;

/// <summary>The known values of a SecretType.</summary>
public static class SecretType
{
    public const string Opaque = "Opaque";
    public const string BootstrapToken = "bootstrap.kubernetes.io/token";
    public const string BasicAuth = "kubernetes.io/basic-auth";
    public const string Dockercfg = "kubernetes.io/dockercfg";
    public const string DockerConfigJson = "kubernetes.io/dockerconfigjson";
    public const string ServiceAccountToken = "kubernetes.io/service-account-token";
    public const string SSHAuth = "kubernetes.io/ssh-auth";
    public const string TLS = "kubernetes.io/tls";
}
