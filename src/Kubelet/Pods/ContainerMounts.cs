using Navarch.Api.Core.V1;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Kernel;
using Container = Navarch.Api.Core.V1.Container;

namespace Navarch.Kubelet.Pods;

/// <summary>Prepares what a container sees of the node's files: its volumes, /etc/hosts and the file for its last words.</summary>
internal sealed class ContainerMounts(PodDirectories directories)
{
    private const string Hosts = "/etc/hosts";
    private const int PathLengthMax = 4095; // The kernel's.

    /// <param name="volumes">Host path by name of volume.</param>
    /// <exception cref="ConfigurationException">A mount cannot be made.</exception>
    public List<Mount> Of(
        Pod pod, Container container, int attempt, IReadOnlyDictionary<string, string> volumes, IReadOnlyDictionary<string, string> environment)
    {
        var mounts = new List<Mount>();
        for (var i = 0; i < container.VolumeMounts.Count; i++)
        {
            var mount = container.VolumeMounts[i];
            if (!volumes.TryGetValue(mount.Name, out var path))
            {
                throw new ConfigurationException($"cannot find volume \"{mount.Name}\" to mount into container \"{container.Name}\"");
            }
            if (mount.RecursiveReadOnly == RecursiveReadOnlyMode.RecursiveReadOnlyEnabled)
            {
                throw new ConfigurationException($"volume \"{mount.Name}\" requested recursive read-only mode, but it is not supported by the runtime");
            }
            var subPath = mount.SubPathExpr.Length > 0 ? Expand(mount.SubPathExpr, environment) : mount.SubPath;
            mounts.Add(new Mount
            {
                ContainerPath = mount.MountPath.StartsWith('/') ? mount.MountPath : "/" + mount.MountPath,
                HostPath = subPath.Length == 0 ? path : BindSubPath(pod, container, i, path, subPath),
                Readonly = mount.ReadOnly || IsOfTheApi(pod, mount.Name),
                Propagation = mount.MountPropagation switch
                {
                    MountPropagationMode.MountPropagationBidirectional => MountPropagation.PropagationBidirectional,
                    MountPropagationMode.MountPropagationHostToContainer => MountPropagation.PropagationHostToContainer,
                    _ => MountPropagation.PropagationPrivate,
                },
            });
        }
        if (mounts.All(mount => mount.ContainerPath != Hosts))
        {
            mounts.Add(new Mount { ContainerPath = Hosts, HostPath = directories.Hosts(pod.Metadata.UID) });
        }
        if (container.TerminationMessagePath.Length > PathLengthMax)
        {
            throw new ConfigurationException($"terminationMessagePath has more than {PathLengthMax} characters"); // The runtime would list it, and fail.
        }
        if (container.TerminationMessagePath.Length > 0)
        {
            mounts.Add(new Mount { ContainerPath = container.TerminationMessagePath, HostPath = LastWords(pod, container, attempt) });
        }
        return mounts;
    }

    // The kubelet itself goes on writing to these as root. A container that could change them could lead it elsewhere.
    private static bool IsOfTheApi(Pod pod, string volume) => pod.Spec.Volumes.Any(candidate =>
        candidate.Name == volume && candidate is ({ ConfigMap: not null } or { Secret: not null } or { DownwardAPI: not null } or { Projected: not null }));

    // A part that is missing must not lead to another directory, for example to the whole volume.
    private static string Expand(string expression, IReadOnlyDictionary<string, string> environment)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        var expanded = VariableExpansion.Expand(expression, name =>
        {
            if (environment.GetValueOrDefault(name) is { Length: > 0 } value)
            {
                return value;
            }
            missing.Add(name);
            return "";
        });
        return missing.Count == 0 ? expanded : throw new ConfigurationException("missing value for " + string.Join(", ", missing));
    }

    /// <summary>An empty file that the container may write, whoever it runs as.</summary>
    private string LastWords(Pod pod, Container container, int attempt)
    {
        var directory = directories.Container(pod.Metadata.UID, container.Name);
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, attempt.ToString(System.Globalization.CultureInfo.InvariantCulture));
        File.WriteAllBytes(path, []);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        return path;
    }

    private string BindSubPath(Pod pod, Container container, int index, string volume, string subPath)
    {
        var target = directories.SubPath(pod.Metadata.UID, container.Name, index);
        try
        {
            // A run before this one left its own.
            foreach (var old in File.Exists(target) || Directory.Exists(target) ? Posix.MountsBelow(target) : [])
            {
                Posix.Unmount(old);
            }
            using var opened = ConfinedPath.OpenOrCreateDirectory(volume, subPath);
            var source = ConfinedPath.Name(opened);
            // What a file is bound to must be a file, and a directory a directory.
            if (Directory.Exists(source))
            {
                Directory.CreateDirectory(target);
            }
            else
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Create(target).Dispose();
            }
            Posix.MountBind(source, target);
            return target;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"failed to prepare subPath for volumeMount \"{container.VolumeMounts[index].Name}\" of container \"{container.Name}\": {e.Message}");
        }
    }
}
