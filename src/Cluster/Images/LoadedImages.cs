using System.Text.Json;
using System.Text.Json.Serialization;
using Navarch.Cluster.Machine;

namespace Navarch.Cluster.Images;

/// <summary>Which images were brought into the cluster by hand, and what content each name means. Kept in one small file.</summary>
public sealed class LoadedImages(string file)
{
    /// <summary>What the name means, or null where no image of that name was loaded.</summary>
    /// <param name="name">A full name: <c>docker.io/library/nginx:latest</c>.</param>
    public LoadedImage? Find(string name) => Read().GetValueOrDefault(name);

    /// <summary>The names of all of them.</summary>
    public IReadOnlyList<string> Names() => [.. Read().Keys];

    /// <summary>Every name's meaning of <paramref name="images"/> replaces what the name meant before.</summary>
    public void Add(IReadOnlyDictionary<string, LoadedImage> images)
    {
        var all = Read();
        foreach (var (name, image) in images)
        {
            all[name] = image;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(all, LoadedImagesJson.Default.SortedDictionaryStringLoadedImage), AtomicFile.Public);
    }

    private SortedDictionary<string, LoadedImage> Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), LoadedImagesJson.Default.SortedDictionaryStringLoadedImage)!;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return new SortedDictionary<string, LoadedImage>(StringComparer.Ordinal); // Nothing loaded, or lost: images can be loaded again.
        }
    }
}

/// <summary>The root of an image: a manifest, or an index of several.</summary>
public sealed record LoadedImage(string Digest, string MediaType);

[JsonSerializable(typeof(SortedDictionary<string, LoadedImage>))]
internal sealed partial class LoadedImagesJson : JsonSerializerContext;
