namespace Navarch.Cluster.Machine;

/// <summary>Refuses to begin what a full disk would stop half-way.</summary>
internal static class DiskSpace
{
    // A new cluster writes 5 MB of state; the demo's images and their unpacked copies need 200 MB.
    public const long StartBytesMin = 512L << 20;

    /// <exception cref="ClusterException">Less than <paramref name="bytesMin"/> are free where <paramref name="folder"/> is or would be.</exception>
    public static void Require(string folder, long bytesMin)
    {
        var existing = folder;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing) ?? "/";
        }

        var free = new DriveInfo(existing).AvailableFreeSpace;
        if (free < bytesMin)
        {
            throw new ClusterException(
                $"only {free >> 20} MiB are free on the disk of {folder}; a cluster needs {bytesMin >> 20} MiB",
                "free some space, or delete a cluster that is no longer needed");
        }
    }
}
