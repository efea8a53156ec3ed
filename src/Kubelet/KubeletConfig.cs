using Navarch.Kubelet.Cgroups;
using Navarch.Kubelet.Server.Access;

namespace Navarch.Kubelet;

/// <summary>What a kubelet is told about its node and its neighbours. Two kubelets on one machine share nothing of it.</summary>
public sealed record KubeletConfig
{
    public required string NodeName { get; init; }

    /// <summary>The address under which others reach this node.</summary>
    public required string NodeIP { get; init; }

    /// <summary>Socket of the container runtime, such as <c>unix:///run/navarch/NAME/containerd.sock</c>.</summary>
    public required string RuntimeEndpoint { get; init; }

    /// <summary>State of the kubelet: the pods' volumes above all.</summary>
    public string RootDirectory { get; init; } = "/var/lib/kubelet";

    public string PodLogsDirectory { get; init; } = "/var/log/pods";

    /// <summary>Where the API server's requests for logs, exec and so on are heard.</summary>
    public string ListenAddress { get; init; } = "0.0.0.0";

    /// <summary>0 takes any free port, which the node then tells.</summary>
    public int ListenPort { get; init; } = 10250;

    /// <summary>Server certificate (PEM). Empty, together with the key: a self-signed one is made.</summary>
    public string TlsCertFile { get; init; } = "";

    public string TlsKeyFile { get; init; } = "";

    /// <summary>Where the kubelet keeps the certificates that it asks the API server for, and renews. Empty: it asks for none.</summary>
    public string CertificateDirectory { get; init; } = "";

    /// <summary>The certificate, with its key, by which the API server knows this kubelet; of upstream's name.</summary>
    public string ClientCertificateFile => CertificateDirectory.Length > 0 ? Path.Combine(CertificateDirectory, "kubelet-client-current.pem") : "";

    /// <summary>The one it serves with.</summary>
    public string ServerCertificateFile => CertificateDirectory.Length > 0 ? Path.Combine(CertificateDirectory, "kubelet-server-current.pem") : "";

    /// <summary>Clients whose certificate these authorities (PEM) signed are known by it.</summary>
    public string ClientCAFile { get; init; } = "";

    /// <summary>Who is let into the server, beside that.</summary>
    public AccessConfig Access { get; init; } = new();

    /// <summary>Addresses of the cluster's DNS, for pods.</summary>
    public IReadOnlyList<string> ClusterDns { get; init; } = [];

    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The resolver configuration that pods with the policy Default get.</summary>
    public string ResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>Control group below which those of the pods are made, such as <c>/navarch</c>. Empty is the root.</summary>
    public string CgroupParent { get; init; } = "";

    public CgroupDriver CgroupDriver { get; init; } = CgroupDriver.Cgroupfs;

    /// <summary>Labels for the node, beside those that every node has.</summary>
    public IReadOnlyDictionary<string, string> NodeLabels { get; init; } = new Dictionary<string, string>();

    public int PodsMax { get; init; } = 110;
}
