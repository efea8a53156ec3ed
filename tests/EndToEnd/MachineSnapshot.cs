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
        .. Cgroups("/sys/fs/cgroup").Select(folder => "cgroup " + folder),
        .. Folders.Where(Directory.Exists).SelectMany(Directory.EnumerateFileSystemEntries).Select(file => "file " + file),
        .. DeepFolders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)).Select(file => "file " + file),
    ]);

    /// <summary>Command lines of processes that name the profile or one of its folders.</summary>
    public static IReadOnlyList<string> ProcessesOf(string profile) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
            .Select(folder => CommandLine(int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture)))
            .Where(line => line.Contains($"/navarch/{profile}/", StringComparison.Ordinal) || line.Contains($"--profile {profile}", StringComparison.Ordinal))];

    /// <summary>What could be a cluster's is gone at once. Other programs may do something for a moment.</summary>
    public static async Task AssertSameAsync(MachineSnapshot before)
    {
        for (var look = 1; ; look++)
        {
            var difference = Take().DifferenceTo(before);
            if (difference.Count == 0)
            {
                return;
            }

            Assert.True(look < 10 && difference.All(IsOfMoments), string.Join("\n", difference));
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        }
    }

    // Files of others, and namespaces and cgroups of services that start and end.
    private static bool IsOfMoments(string difference) =>
        !difference.Contains("navarch", StringComparison.Ordinal) && OfMoments.Any(kind => difference.Contains(kind, StringComparison.Ordinal));

    private static readonly string[] OfMoments = [": file ", ": namespace ", ": cgroup "];

    private List<string> DifferenceTo(MachineSnapshot before)
    {
        // Somebody may use another cluster on this machine meanwhile: what is, or could be, of that one does not count.
        var others = OtherProfiles.Union(before.OtherProfiles).ToList();
        var left = Facts.Except(before.Facts).Where(fact => !IsOf(others, fact)).Select(static fact => "left behind: " + fact);
        var gone = before.Facts.Except(Facts).Where(fact => !IsOf(others, fact)).Select(static fact => "gone: " + fact);
        return [.. left, .. gone];
    }

    private IReadOnlyList<string> OtherProfiles { get; } =
        Directory.Exists("/var/lib/navarch")
            ? [.. Directory.EnumerateDirectories("/var/lib/navarch").Select(folder => Path.GetFileName(folder))]
            : [];

    private static bool IsOf(List<string> profiles, string fact) =>
        profiles.Count > 0
        && (profiles.Any(profile => fact.Contains(profile, StringComparison.Ordinal))
            || Nameless.Any(name => fact.Contains(name, StringComparison.Ordinal)));

    // Named by the kernel or by a hash: they do not say whose they are.
    private static readonly string[] Nameless = ["veth", "namespace ", "/run/containerd/", "/var/lib/cni", "process runc"];

    // Only what a cluster starts: other programs of the machine come and go.
    private static IEnumerable<string> Processes()
    {
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                if (CommandLine(process.Id).Length > 0
                    && (process.ProcessName is "navarch" or "containerd" or "runc" or "pause"
                        || process.ProcessName.StartsWith("containerd-shim", StringComparison.Ordinal)))
                {
                    yield return $"process {process.ProcessName} {process.Id} {CommandLine(process.Id)}";
                }
            }
        }
    }

    // A zombie has none: it has ended, and its parent has not looked yet.
    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    // Of version 1 each controller has a tree of its own.
    private static IEnumerable<string> Cgroups(string mount) =>
        (File.Exists(Path.Combine(mount, "cgroup.procs")) ? [mount] : Directory.EnumerateDirectories(mount))
            .SelectMany(Directory.EnumerateDirectories)
            .SelectMany(group => IsOfClusters(Path.GetFileName(group)) ? Directory.EnumerateDirectories(group).Prepend(group) : [group]);

    // In cgroups of other programs (a session, a service) others come and go.
    private static bool IsOfClusters(string cgroup) => cgroup.StartsWith("navarch", StringComparison.Ordinal) || cgroup is "k8s.io" or "kubepods";

    private static string[] Lines(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
