namespace Navarch.Cluster.Profiles;

/// <summary>Where everything of one profile lies. Nothing of a profile lies outside these two folders but what CNI's library caches.</summary>
public sealed record ProfilePaths(string Profile, string StateRoot = "/var/lib/navarch", string RunRoot = "/run/navarch")
{
    /// <summary>What survives a reboot.</summary>
    public string State => Path.Combine(StateRoot, Profile);

    /// <summary>What does not: sockets, process ids.</summary>
    public string Run => Path.Combine(RunRoot, Profile);

    public string ProfileFile => Path.Combine(State, "profile.json");
    public string LockFile => Path.Combine(RunRoot, Profile + ".lock");
    public string Certificates => Path.Combine(State, "pki");
    public string Kubeconfigs => Path.Combine(State, "kubeconfig");
    public string AdminKubeconfig => Kubeconfig("admin");
    public string Database => Path.Combine(State, "server", "state.db");
    public string RestoredObjects => Path.Combine(State, "server", "restored.db");
    public string EncryptionKeys => Path.Combine(State, "server", "encryption.json");
    public string Logs => Path.Combine(State, "logs");
    public string Kubelet => Path.Combine(State, "kubelet");
    public string PodLogs => Path.Combine(State, "pod-logs");
    public string CniConfig => Path.Combine(State, "cni", "net.d");
    public string CniData => Path.Combine(State, "cni");
    public string ContainerdConfig => Path.Combine(State, "containerd.toml");
    public string ContainerdRoot => Path.Combine(State, "containerd");
    public string ContainerdState => Path.Combine(Run, "containerd");
    public string ContainerdSocket => Path.Combine(ContainerdState, "containerd.sock");

    public string LoadedImages => Path.Combine(State, "images.json");
    public string RegistryConfig => Path.Combine(State, "registries");

    /// <summary>What was fetched for this profile alone and is not installed on the machine.</summary>
    public string Packages => Path.Combine(State, "packages");

    public string Etcd(string member) => Path.Combine(State, member);

    public string Kubeconfig(string component) => Path.Combine(Kubeconfigs, component + ".yaml");

    public string PidFile(string process) => Path.Combine(Run, process + ".pid");

    public string LogFile(string process) => Path.Combine(Logs, process + ".log");

    public string Certificate(string name) => Path.Combine(Certificates, name + ".crt");

    /// <summary>Where the kubelet keeps what it was given by request: names and files, each a certificate with its key.</summary>
    public IReadOnlyList<(string Name, string File)> KubeletCertificates => [("kubelet-client", Path.Combine(KubeletPki, "kubelet-client-current.pem")), ("kubelet-server", Path.Combine(KubeletPki, "kubelet-server-current.pem"))];

    public string KubeletPki => Path.Combine(Kubelet, "pki");

    public string Key(string name) => Path.Combine(Certificates, name + ".key");
}
