using Navarch.ApiServer.Encryption;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Encryption;

/// <summary>What a cluster encrypts, decided before its servers start: kept with the keys, which all servers of a machine share.</summary>
internal static class EncryptedResources
{
    /// <exception cref="ClusterException">It can only be decided where nothing of it can go wrong.</exception>
    public static void Set(Profile profile, ProfilePaths paths, IReadOnlyList<string> resources, TimeProvider time)
    {
        var file = new EncryptionKeyFile(paths.EncryptionKeys);
        if (!file.Exists && (File.Exists(paths.Database) || Directory.EnumerateDirectories(paths.State, "etcd-*").Any()))
        {
            // Whether keys are missing, or were never there, is for the server to find out.
            throw new ClusterException(
                $"\"{profile.Name}\" has data but no encryption keys yet", $"start it once without --encrypt-resources: `sudo navarch start -p {profile.Name}`");
        }

        var keys = file.Exists ? file.Load() : file.Create(time);
        if (!keys.Resources.SequenceEqual(resources))
        {
            file.Save(keys with { Resources = resources });
        }
    }
}
