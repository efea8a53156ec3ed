using System.Diagnostics;

namespace Navarch.EndToEnd;

/// <summary>Everything of the machine that a cluster could leave behind. Two snapshots are compared line by line.</summary>
internal sealed record MachineSnapshot(IReadOnlyList<string> Facts)
{
    private static readonly string[] Folders = ["/var/lib", "/run", "/var/log", "/etc", "/opt"];
    private static readonly string[] DeepFolders = ["/var/lib/navarch", "/run/navarch", "/var/lib/cni", "/run/containerd", "/var/lib/containerd", "/run/netns", "/etc/cni", "/etc/containerd", "/var/log/pods", "/var/log/containers"];

    public static MachineSnapshot Take() => new(
    [
        .. Processes(),
        .. File.ReadLines("/proc/self/mountinfo").Select(line => "mount " + string.Join(' ', line.Split(' ').Skip(3).Take(2))),
        .. Directory.EnumerateDirectories("/sys/class/net").Select(link => "link " + Path.GetFileName(link)),
        .. Lines("nft", "list", "tables").Select(table => "nft " + table),
        .. Lines("ip", "route", "show", "table", "all").Select(route => "route " + route.Trim()),
        .. Lines("ip", "netns", "list").Select(name => "netns " + name),
        .. Lines("lsns", "-t", "net", "-n", "-o", "NS").Select(name => "namespace " + name.Trim()),
        .. Cgroups("/sys/fs/cgroup", depth: 3).Select(folder => "cgroup " + folder),
        .. Folders.Where(Directory.Exists).SelectMany(Directory.EnumerateFileSystemEntries).Select(file => "file " + file),
        .. DeepFolders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)).Select(file => "file " + file),
    ]);

    public void AssertSame(MachineSnapshot before)
    {
        var left = Facts.Except(before.Facts).ToList();
        var gone = before.Facts.Except(Facts).ToList();
        Assert.True(left.Count + gone.Count == 0, $"left behind:\n  {string.Join("\n  ", left)}\ngone:\n  {string.Join("\n  ", gone)}");
    }

    // Only what a cluster starts: other programs of the machine come and go.
    private static IEnumerable<string> Processes()
    {
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                if (IsZombie(process.Id))
                {
                    continue; // It has ended; its parent has not looked yet.
                }

                if (process.ProcessName is "navarch" or "containerd" or "runc" or "pause" || process.ProcessName.StartsWith("containerd-shim", StringComparison.Ordinal))
                {
                    yield return $"process {process.ProcessName} {process.Id}";
                }
            }
        }
    }

    private static bool IsZombie(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Length == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static IEnumerable<string> Cgroups(string folder, int depth) =>
        depth == 0 || !Directory.Exists(folder)
            ? []
            : Directory.EnumerateDirectories(folder).SelectMany(child => Cgroups(child, depth - 1).Prepend(child));

    private static string[] Lines(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
