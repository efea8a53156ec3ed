using Navarch.Client;

namespace Navarch.Kubelet;

/// <summary>How a kubelet reaches the API server, and as whom.</summary>
public static class KubeletConnection
{
    /// <summary>
    /// What a kubeconfig says, with the certificate that the kubelet was given by request where that is newer than the kubeconfig's, or
    /// the kubeconfig has only a token to begin with. Kept current with both files.
    /// </summary>
    /// <param name="adapt">What else is to be said.</param>
    /// <exception cref="KubeconfigException">The kubeconfig cannot be used as it is now.</exception>
    public static FileValue<ClientConfig> Follow(string kubeconfig, string certificateFile, Func<ClientConfig, ClientConfig> adapt, TimeProvider time) => new(
        [kubeconfig, certificateFile],
        () =>
        {
            var config = adapt(Kubeconfig.Load(kubeconfig).Resolve());
            var certificate = StoredCertificate.Newest(certificateFile, config.Certificate, time.GetUtcNow());
            return ReferenceEquals(certificate, config.Certificate) ? config : config with { Certificate = certificate, Intermediates = [], Token = "", TokenFile = "" };
        },
        time);
}
