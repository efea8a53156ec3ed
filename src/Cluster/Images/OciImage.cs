using System.Runtime.InteropServices;

namespace Navarch.Cluster.Images;

/// <summary>An image as we build them: one layer of files and how its program is started.</summary>
public sealed record OciImage
{
    /// <summary>A full name, such as <c>docker.io/library/nginx:latest</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Further full names of the same image.</summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];

    public required Architecture Architecture { get; init; }
    public required IReadOnlyList<ImageEntry> Entries { get; init; }
    public IReadOnlyList<string> Entrypoint { get; init; } = [];
    public IReadOnlyList<string> Command { get; init; } = [];
    public IReadOnlyList<string> Environment { get; init; } = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
    public string WorkingFolder { get; init; } = "";
    public string User { get; init; } = "";
    public string StopSignal { get; init; } = "";
}

/// <summary>One file, link or folder of an image. Everything belongs to root and carries no time, so that equal input makes an equal image.</summary>
public sealed record ImageEntry
{
    public const UnixFileMode ExecutableMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public required string Path { get; init; }
    public UnixFileMode Mode { get; init; } = FileMode;
    public byte[]? Content { get; init; }

    /// <summary>A file of this machine whose content is taken.</summary>
    public string? Source { get; init; }

    public string? LinkTarget { get; init; }

    public bool IsFolder => Content is null && Source is null && LinkTarget is null;

    public static ImageEntry Executable(string path, byte[] content) => new() { Path = path, Content = content, Mode = ExecutableMode };

    public static ImageEntry Executable(string path, string source) => new() { Path = path, Source = source, Mode = ExecutableMode };

    public static ImageEntry Text(string path, string content) => new() { Path = path, Content = System.Text.Encoding.UTF8.GetBytes(content) };

    public static ImageEntry Link(string path, string target) => new() { Path = path, LinkTarget = target, Mode = ExecutableMode };

    public static ImageEntry Folder(string path, UnixFileMode mode = ExecutableMode) => new() { Path = path, Mode = mode };
}
