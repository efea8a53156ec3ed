using Navarch.Cluster.Profiles;
using Navarch.Cluster.Runtime;

namespace Navarch.Cluster.Images;

/// <summary>Brings images into a profile's containerd.</summary>
public sealed class ImageLoader(CtrTool ctr, ProfilePaths paths)
{
    /// <summary>Loads the image unless one of its name is there.</summary>
    public async Task EnsureAsync(OciImage image, CancellationToken ct)
    {
        if (!(await ctr.ImagesAsync(ct)).Contains(image.Name))
        {
            await LoadAsync(image, ct);
        }
    }

    /// <summary>Builds the image and loads it, in place of any of the same name.</summary>
    public async Task LoadAsync(OciImage image, CancellationToken ct)
    {
        var archive = Path.Combine(paths.Run, Guid.NewGuid().ToString("N") + ".tar");
        try
        {
            await OciArchive.WriteAsync(image, archive, ct);
            await LoadArchiveAsync(archive, ct);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    /// <summary>Loads the images of an OCI or docker archive.</summary>
    /// <returns>Their names.</returns>
    public async Task<IReadOnlyList<string>> LoadArchiveAsync(string archive, CancellationToken ct)
    {
        var names = await ctr.ImportImagesAsync(archive, ct);
        var present = await ctr.ImageRootsAsync(ct);
        new LoadedImages(paths.LoadedImages).Add(names.Where(present.ContainsKey).ToDictionary(name => name, name => present[name]));
        return names;
    }
}
