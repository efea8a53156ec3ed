namespace Navarch.Kubelet;

/// <summary>Where a pod's files lie below the kubelet's root. The layout is upstream's, as tools look into it.</summary>
internal sealed class PodDirectories(string root)
{
    public string Pods => Path.Combine(root, "pods");

    public string OfPod(string uid) => Path.Combine(Pods, Safe(uid));

    public string Hosts(string uid) => Path.Combine(OfPod(uid), "etc-hosts");

    /// <param name="plugin">For example <c>configmap</c>.</param>
    public string Volume(string uid, string plugin, string name) => Path.Combine(OfPod(uid), "volumes", "kubernetes.io~" + plugin, Safe(name));

    public string Container(string uid, string container) => Path.Combine(OfPod(uid), "containers", Safe(container));

    /// <summary>Where the sub path of a container's mount is bound, safe from what the pod does to its volume.</summary>
    public string SubPath(string uid, string container, int mount) => Path.Combine(OfPod(uid), "volume-subpaths", Safe(container), mount.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>UIDs of all pods that have files here.</summary>
    public IReadOnlyList<string> Uids() =>
        Directory.Exists(Pods) ? [.. Directory.EnumerateDirectories(Pods).Select(path => Path.GetFileName(path))] : [];

    private static string Safe(string name) =>
        name.Length > 0 && !name.Contains('/') && name is not "." and not ".."
            ? name
            : throw new ArgumentException($"\"{name}\" cannot be part of a file name");
}
