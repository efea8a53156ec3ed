using Navarch.Cluster.Processes;

namespace Navarch.Cluster.Packages;

/// <summary>A package of the distribution that a node cannot run without, and how to see that it is there.</summary>
/// <param name="Name">As Debian and Ubuntu call it.</param>
/// <param name="Purpose">What it is for, for the message where it cannot be had.</param>
/// <param name="IsPresent">Looks for what the package brings, however it came: a hand-installed runc counts.</param>
public sealed record RequiredPackage(string Name, string Purpose, Func<bool> IsPresent)
{
    private static readonly string[] LibraryFolders =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"];

    /// <summary>What every node needs.</summary>
    public static IReadOnlyList<RequiredPackage> Node { get; } =
    [
        Program("containerd", "runs containers", "containerd", "containerd-shim-runc-v2", "ctr"),
        Program("runc", "starts the processes of containers", "runc"),
        new("containernetworking-plugins", "connects pods to the network", () => HasAnyFile("bridge", "/usr/lib/cni", "/opt/cni/bin")),
        Program("nftables", "shows the rules that route services to pods", "nft"),
        Program("iproute2", "shows the network of node and pods", "ip"),
        Library("libsqlite3-0", "stores the cluster's state", "libsqlite3.so.0"),
    ];

    public static RequiredPackage Program(string package, string purpose, params IReadOnlyList<string> programs) =>
        new(package, purpose, () => programs.All(program => Tool.Find(program) is not null));

    public static RequiredPackage Library(string package, string purpose, string file) =>
        new(package, purpose, () => HasAnyFile(file, LibraryFolders));

    private static bool HasAnyFile(string name, params IReadOnlyList<string> folders) => folders.Any(folder => File.Exists(Path.Combine(folder, name)));
}
