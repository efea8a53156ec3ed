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
            await ctr.ImportImagesAsync(archive, ct);
        }
        finally
        {
            File.Delete(archive);
        }
    }
}
