using Navarch.Api.Authentication.V1;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Kubelet.Kernel;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Volumes;

/// <summary>Makes the volumes of pods, keeps those that show API objects up to date, and takes them away.</summary>
internal sealed class PodVolumes(PodDirectories directories, NodeObjects objects, IClient client, TimeProvider time)
{
    private const int OpenToAll = 0b111_111_111; // 0777

    /// <summary>A token is renewed when so much of its life is over.</summary>
    private const double TokenLifeUsed = 0.8;

    /// <summary>
    /// Makes what is missing and updates what changed. Idempotent; volumes that are in use are updated in one step each.
    /// </summary>
    /// <param name="tokens">Tokens the pod has already, by volume and path. Renewed ones are put in.</param>
    /// <returns>Host path by name of volume, and when tokens must be renewed.</returns>
    /// <exception cref="VolumeException">A volume cannot be made now.</exception>
    public async Task<(IReadOnlyDictionary<string, string> Paths, DateTimeOffset? RenewAt)> SetUpAsync(
        Pod pod, PodFields fields, Dictionary<(string Volume, string Path), Token> tokens, CancellationToken ct)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var volume in pod.Spec.Volumes)
        {
            try
            {
                paths[volume.Name] = await SetUpAsync(pod, volume, fields, tokens, ct);
            }
            catch (Exception e) when (e is IOException or KeyNotFoundException or ArgumentException or UnauthorizedAccessException or ApiException or HttpRequestException)
            {
                throw new VolumeException(volume.Name, e.Message, e);
            }
        }
        DateTimeOffset? renewAt = tokens.Count == 0 ? null : tokens.Values.Min(token => token.RenewAt);
        return (paths, renewAt);
    }

    /// <summary>Unmounts and removes everything of a pod. Idempotent.</summary>
    /// <exception cref="IOException">Something is still in use; nothing behind a mount has been touched.</exception>
    public void TearDown(string uid)
    {
        var directory = directories.OfPod(uid);
        if (!Directory.Exists(directory))
        {
            return;
        }
        foreach (var mount in Posix.MountsBelow(directory))
        {
            Posix.Unmount(mount);
        }
        // A bind mount that stayed would have its source deleted with the directory.
        if (Posix.MountsBelow(directory) is [var left, ..])
        {
            throw new IOException($"{left} is still mounted");
        }
        HostileTree.Remove(directory);
    }

    private async Task<string> SetUpAsync(
        Pod pod, Volume volume, PodFields fields, Dictionary<(string Volume, string Path), Token> tokens, CancellationToken ct)
    {
        var uid = pod.Metadata.UID;
        var gid = pod.Spec.SecurityContext?.FSGroup;
        switch (volume)
        {
            case { HostPath: { } source }:
                return HostPaths.Check(source);
            case { EmptyDir: { } source }:
                return EmptyDir(directories.Volume(uid, "empty-dir", volume.Name), source, gid);
            case { ConfigMap: { } source }:
                return Write(
                    directories.Volume(uid, "configmap", volume.Name), inMemory: false, gid,
                    await ConfigMapFilesAsync(pod, source.Name, source.Items, source.DefaultMode, source.Optional, ct));
            case { Secret: { } source }:
                return Write(
                    directories.Volume(uid, "secret", volume.Name), inMemory: true, gid,
                    await SecretFilesAsync(pod, source.SecretName, source.Items, source.DefaultMode, source.Optional, ct));
            case { DownwardAPI: { } source }:
                return Write(
                    directories.Volume(uid, "downward-api", volume.Name), inMemory: false, gid,
                    ObjectFiles.Of(source.Items, fields, source.DefaultMode ?? ObjectFiles.ModeDefault));
            case { Projected: { } source }:
                var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
                foreach (var part in source.Sources)
                {
                    foreach (var (path, file) in await ProjectAsync(pod, volume.Name, part, source.DefaultMode, fields, tokens, ct))
                    {
                        files[path] = file;
                    }
                }
                return Write(directories.Volume(uid, "projected", volume.Name), inMemory: true, gid, files);
            default:
                throw new IOException("this kind of volume is not supported by this kubelet");
        }
    }

    private async Task<Dictionary<string, VolumeFile>> ProjectAsync(
        Pod pod, string volume, VolumeProjection part, int? mode, PodFields fields, Dictionary<(string Volume, string Path), Token> tokens, CancellationToken ct)
    {
        switch (part)
        {
            case { ConfigMap: { } source }:
                return await ConfigMapFilesAsync(pod, source.Name, source.Items, mode, source.Optional, ct);
            case { Secret: { } source }:
                return await SecretFilesAsync(pod, source.Name, source.Items, mode, source.Optional, ct);
            case { DownwardAPI: { } source }:
                return ObjectFiles.Of(source.Items, fields, mode ?? ObjectFiles.ModeDefault);
            case { ServiceAccountToken: { } source }:
                if (!tokens.TryGetValue((volume, source.Path), out var token) || token.RenewAt <= time.GetUtcNow())
                {
                    tokens[(volume, source.Path)] = token = await RequestAsync(pod, source, ct);
                }
                // Only the container's user may read it; with a group or several users that cannot be said by a mode.
                return new Dictionary<string, VolumeFile>
                {
                    [source.Path] = new(System.Text.Encoding.UTF8.GetBytes(token.Text), TokenMode(pod, mode), pod.Spec.SecurityContext?.RunAsUser),
                };
            default:
                throw new IOException("this kind of projection is not supported by this kubelet");
        }
    }

    private static int TokenMode(Pod pod, int? mode) =>
        pod.Spec.SecurityContext is { FSGroup: not null } ? 0b110_000_000
        : pod.Spec.SecurityContext is { RunAsUser: not null } ? 0b110_000_000
        : mode ?? ObjectFiles.ModeDefault;

    private async Task<Token> RequestAsync(Pod pod, ServiceAccountTokenProjection source, CancellationToken ct)
    {
        const long LifeSecondsDefault = 3600;
        var now = time.GetUtcNow();
        var request = new TokenRequest
        {
            Spec = new TokenRequestSpec
            {
                Audiences = source.Audience.Length > 0 ? [source.Audience] : [],
                ExpirationSeconds = source.ExpirationSeconds ?? LifeSecondsDefault,
                // Bound to the pod: worthless when it is gone.
                BoundObjectRef = new BoundObjectReference { Kind = "Pod", APIVersion = "v1", Name = pod.Metadata.Name, UID = pod.Metadata.UID },
            },
        };
        var account = new NamespacedName(
            pod.Metadata.Namespace, pod.Spec.ServiceAccountName.Length > 0 ? pod.Spec.ServiceAccountName : "default");
        var answer = await client.PostAsync<ServiceAccount, TokenRequest, TokenRequest>(account, "token", request, ct);
        var life = (answer.Status.ExpirationTimestamp ?? now.AddSeconds(LifeSecondsDefault)) - now;
        return new Token(answer.Status.Token, now + life * TokenLifeUsed);
    }

    private async Task<Dictionary<string, VolumeFile>> ConfigMapFilesAsync(
        Pod pod, string name, IReadOnlyList<KeyToPath> items, int? mode, bool? optional, CancellationToken ct)
    {
        var map = await objects.ConfigMaps.FindAsync(new NamespacedName(pod.Metadata.Namespace, name), ct);
        return map is not null ? ObjectFiles.Of(map, items, mode ?? ObjectFiles.ModeDefault, optional == true)
            : optional == true ? []
            : throw new KeyNotFoundException($"configmap \"{name}\" not found");
    }

    private async Task<Dictionary<string, VolumeFile>> SecretFilesAsync(
        Pod pod, string name, IReadOnlyList<KeyToPath> items, int? mode, bool? optional, CancellationToken ct)
    {
        var secret = await objects.Secrets.FindAsync(new NamespacedName(pod.Metadata.Namespace, name), ct);
        return secret is not null ? ObjectFiles.Of(secret, items, mode ?? ObjectFiles.ModeDefault, optional == true)
            : optional == true ? []
            : throw new KeyNotFoundException($"secret \"{name}\" not found");
    }

    private string Write(string directory, bool inMemory, long? gid, Dictionary<string, VolumeFile> files)
    {
        Directory.CreateDirectory(directory);
        if (inMemory && !IsMounted(directory))
        {
            Posix.MountTmpfs(directory, bytesMax: 0, mode: "0755"); // Secrets never touch a disk.
        }
        SetGroup(directory, gid);
        new AtomicDirectory(directory, time).Write(files, gid);
        return directory;
    }

    private static string EmptyDir(string directory, EmptyDirVolumeSource source, long? gid)
    {
        var isNew = !Directory.Exists(directory);
        Directory.CreateDirectory(directory);
        if (source.Medium == StorageMedium.Memory)
        {
            if (!IsMounted(directory))
            {
                Posix.MountTmpfs(directory, source.SizeLimit?.WholeValue ?? 0);
                isNew = true;
            }
        }
        else if (source.Medium.Length > 0)
        {
            throw new IOException($"medium \"{source.Medium}\" is not supported by this kubelet");
        }
        if (isNew)
        {
            File.SetUnixFileMode(directory, (UnixFileMode)OpenToAll);
            SetGroup(directory, gid);
        }
        return directory;
    }

    private static void SetGroup(string directory, long? gid)
    {
        if (gid is { } group)
        {
            Posix.ChangeOwner(directory, -1, group);
            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.SetGroup);
        }
    }

    private static bool IsMounted(string directory) => Posix.MountsBelow(directory).Contains(directory);

    /// <summary>A service account's token and when to ask for the next.</summary>
    internal sealed record Token(string Text, DateTimeOffset RenewAt);
}
