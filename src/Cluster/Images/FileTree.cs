namespace Navarch.Cluster.Images;

/// <summary>
/// Files of the distribution: of packages that were unpacked into folders, and of the machine itself, searched in this
/// order. An image can so be made of packages that are not installed.
/// </summary>
internal sealed class FileTree(IReadOnlyList<string> roots)
{
    // Where Debian's and Ubuntu's loader looks without being told.
    private static readonly string[] LibraryFolders =
    [
        "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
        "/lib64", "/usr/lib64", "/lib", "/usr/lib",
    ];

    /// <summary>The real file behind a path of the image, all links followed inside their own root; null where there is none.</summary>
    public string? Find(string path)
    {
        foreach (var root in roots)
        {
            var link = path;
            for (var hops = 0; hops < 16; hops++)
            {
                var file = new FileInfo(root.TrimEnd('/') + link);
                if (file.LinkTarget is { } target)
                {
                    link = Path.GetFullPath(target, Path.GetDirectoryName(link)!);
                    continue;
                }

                if (file.Exists)
                {
                    return file.FullName;
                }

                break;
            }
        }

        return null;
    }

    /// <summary>The program and every library it needs, directly or not, each under the path the loader will look for it.</summary>
    /// <exception cref="ClusterException">The program or one of its libraries is not there.</exception>
    public IReadOnlyList<ImageEntry> Program(string path)
    {
        var file = Find(path) ?? throw Missing(path);
        var entries = new Dictionary<string, ImageEntry>(StringComparer.Ordinal) { [path] = ImageEntry.Executable(path, file) };
        var pending = new Queue<string>([file]);
        while (pending.TryDequeue(out var next))
        {
            if (ElfFile.TryParse(File.ReadAllBytes(next)) is not { } elf)
            {
                continue;
            }

            foreach (var needed in elf.Interpreter is { } loader ? elf.Needed.Append(loader) : elf.Needed)
            {
                var name = Path.GetFileName(needed);
                var at = needed.StartsWith('/') ? needed : FindLibrary(name, elf.RunPath);
                if (at is null || Find(at) is not { } library)
                {
                    throw Missing(needed);
                }

                if (entries.TryAdd(at, ImageEntry.Executable(at, library)))
                {
                    pending.Enqueue(library);
                }
            }
        }

        return [.. entries.Values];
    }

    private string? FindLibrary(string name, IReadOnlyList<string> runPath) =>
        runPath.Concat(LibraryFolders).Select(folder => Path.Combine(folder, name)).FirstOrDefault(path => Find(path) is not null);

    private static ClusterException Missing(string path) =>
        new($"{path} is missing on this machine", "install the package it belongs to, or run `apt-get update` and try again");
}
