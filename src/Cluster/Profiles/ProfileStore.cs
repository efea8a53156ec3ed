using System.Text.Json;
using Navarch.Cluster.Machine;

namespace Navarch.Cluster.Profiles;

/// <summary>Reads and writes the profiles of this machine. A profile exists exactly when its <c>profile.json</c> does.</summary>
public sealed class ProfileStore(string stateRoot = "/var/lib/navarch", string runRoot = "/run/navarch")
{
    // Folders that CNI and containerd's shims use by name, whoever runs them.
    private static readonly string[] SharedFolders =
        ["/var/lib/cni", "/var/lib/cni/results", "/run/netns", "/run/containerd", "/run/containerd/s", "/run/containerd/fifo", "/opt/containerd"];

    public ProfilePaths PathsOf(string name) => new(name, stateRoot, runRoot);

    /// <summary>The profile, or null where none of this name was ever started or it was deleted.</summary>
    public Profile? Find(string name)
    {
        var file = PathsOf(name).ProfileFile;
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), ProfileJson.Default.Profile);
        }
        catch (JsonException e)
        {
            throw new ClusterException($"{file} is damaged: {e.Message}", $"restore it, or remove the cluster with `navarch delete -p {name}`", e);
        }
    }

    /// <exception cref="ClusterException">There is no such profile.</exception>
    public Profile Get(string name) =>
        Find(name) ?? throw new ClusterException($"there is no cluster \"{name}\"", $"start one with `sudo navarch start{Option(name)}`");

    public IReadOnlyList<Profile> List() =>
        !Directory.Exists(stateRoot)
            ? []
            : [.. Directory.EnumerateDirectories(stateRoot)
                .Select(folder => Path.GetFileName(folder))
                .Order(StringComparer.Ordinal)
                .Select(FindReadable)
                .OfType<Profile>()];

    /// <summary>Decides addresses, ports and names for a profile that does not exist yet. Nothing is written.</summary>
    public Profile Plan(string name, int apiPort, Func<int, bool> isPortFree)
    {
        var others = List();
        var addresses = AddressPlan.Next([.. others.Select(other => other.Addresses)], isPortFree, apiPort);
        return new Profile
        {
            Name = name,
            ApiPort = addresses.ApiPort,
            KubeletPort = addresses.KubeletPort,
            MirrorPort = addresses.MirrorPort,
            PodCidr = addresses.PodCidr.ToString(),
            ServiceCidr = addresses.ServiceCidr.ToString(),
            Bridge = BridgeName(name),
            CreatedFolders = [.. SharedFolders.Where(folder =>
                !Directory.Exists(folder) || others.Any(other => other.CreatedFolders.Contains(folder)))],
        };
    }

    public void Save(Profile profile)
    {
        var paths = PathsOf(profile.Name);
        Directory.CreateDirectory(paths.State);
        AtomicFile.Write(paths.ProfileFile, JsonSerializer.SerializeToUtf8Bytes(profile, ProfileJson.Default.Profile), AtomicFile.Public);
    }

    /// <summary>A link name of at most 15 characters that no other profile has.</summary>
    internal static string BridgeName(string profile)
    {
        const int LinkNameMax = 15;
        var plain = profile == ProfileName.Default ? "navarch0" : "nv-" + profile;
        return plain.Length <= LinkNameMax ? plain : $"nv-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(profile)))[..12]}";
    }

    private static string Option(string name) => name == ProfileName.Default ? "" : $" -p {name}";

    // A damaged profile must not stop the others: its own commands report it.
    private Profile? FindReadable(string name)
    {
        try
        {
            return Find(name);
        }
        catch (ClusterException)
        {
            return null;
        }
    }
}
