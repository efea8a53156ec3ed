using Navarch.Cluster.Images;
using Navarch.Cluster.Processes;

namespace Navarch.Cluster.Runtime;

/// <summary>containerd's own client, for what CRI has no call for: importing images and seeing what is left.</summary>
public sealed class CtrTool(string socket)
{
    // The namespace in which the CRI plugin keeps everything.
    private const string Namespace = "k8s.io";

    /// <summary>Imports an OCI or docker archive. Names in it become names of images.</summary>
    /// <returns>The names that the archive brought.</returns>
    public async Task<IReadOnlyList<string>> ImportImagesAsync(string archive, CancellationToken ct)
    {
        var before = await ImagesAsync(ct);
        var outcome = await RunAsync(["images", "import", archive], ct);
        if (!outcome.Succeeded)
        {
            throw new ClusterException($"{archive} cannot be loaded: {outcome.Complaint}", "give an archive made by `docker save` or `podman save --format oci-archive`");
        }

        // Each line is `unpacking NAME (sha256:…)...done`; newer versions print a table of names.
        var printed = outcome.Output.Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length >= 2 && words[0] == "unpacking")
            .Select(words => words[1])
            .ToList();
        return printed.Count > 0 ? printed : [.. (await ImagesAsync(ct)).Except(before)];
    }

    public async Task<IReadOnlyList<string>> ImagesAsync(CancellationToken ct) => await ListAsync(["images", "list", "-q"], ct);

    /// <summary>Every image's name and the content it means.</summary>
    public async Task<IReadOnlyDictionary<string, LoadedImage>> ImageRootsAsync(CancellationToken ct) =>
        (await ListAsync(["images", "list"], ct))
            .Skip(1) // REF TYPE DIGEST SIZE PLATFORMS LABELS
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns.Length > 2)
            .DistinctBy(columns => columns[0])
            .ToDictionary(columns => columns[0], columns => new LoadedImage(Digest: columns[2], MediaType: columns[1]));

    public async Task<IReadOnlyList<string>> ContainersAsync(CancellationToken ct) => await ListAsync(["containers", "list", "-q"], ct);

    private async Task<IReadOnlyList<string>> ListAsync(IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var outcome = await RunAsync(arguments, ct);
        return outcome.Succeeded
            ? outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : throw new ClusterException($"containerd refuses {string.Join(' ', arguments)}: {outcome.Complaint}", "see containerd.log in the profile's logs");
    }

    private Task<Tool.Outcome> RunAsync(IReadOnlyList<string> arguments, CancellationToken ct) =>
        Tool.RunAsync("ctr", ["--address", socket, "--namespace", Namespace, .. arguments], ct);
}
