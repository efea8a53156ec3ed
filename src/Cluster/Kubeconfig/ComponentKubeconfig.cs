using System.Text;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Kubeconfig;

/// <summary>Writes the kubeconfig of each part of the cluster: self-contained files that any Kubernetes client can use.</summary>
public static class ComponentKubeconfig
{
    private static readonly IReadOnlyDictionary<string, string> CertificateOf = new Dictionary<string, string>
    {
        ["admin"] = ClusterCertificates.Admin,
        ["controller-manager"] = ClusterCertificates.ControllerManager,
        ["scheduler"] = ClusterCertificates.Scheduler,
        ["kubelet"] = ClusterCertificates.Node,
        ["proxy"] = ClusterCertificates.Proxy,
        ["dns"] = ClusterCertificates.Dns,
    };

    public static void WriteAll(Profile profile, ProfilePaths paths)
    {
        Directory.CreateDirectory(paths.Kubeconfigs, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var (component, certificate) in CertificateOf)
        {
            var text = Text(profile, Entry.Read(profile, paths, certificate), component);
            AtomicFile.Write(paths.Kubeconfig(component), Encoding.UTF8.GetBytes(text), AtomicFile.Private);
        }
    }

    private static string Text(Profile profile, Entry entry, string user) =>
        $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: "{profile.ContextName}"
          cluster:
            certificate-authority-data: {entry.AuthorityData}
            server: {entry.Server}
        users:
        - name: {user}
          user:
            client-certificate-data: {entry.CertificateData}
            client-key-data: {entry.KeyData}
        contexts:
        - name: "{profile.ContextName}"
          context:
            cluster: "{profile.ContextName}"
            user: {user}
        current-context: "{profile.ContextName}"

        """;

    /// <summary>What a kubeconfig says of one cluster and one identity. Data fields are base64 of PEM.</summary>
    internal sealed record Entry(string Server, string AuthorityData, string CertificateData, string KeyData)
    {
        public static Entry Read(Profile profile, ProfilePaths paths, string certificate) => new(
            profile.ApiAddress.ToString().TrimEnd('/'),
            Convert.ToBase64String(File.ReadAllBytes(paths.Certificate(ClusterCertificates.Authority))),
            Convert.ToBase64String(File.ReadAllBytes(paths.Certificate(certificate))),
            Convert.ToBase64String(File.ReadAllBytes(paths.Key(certificate))));
    }
}
