namespace Navarch.Kubelet.Cgroups;

/// <summary>
/// The kernel's control groups below one mount point, version 1 (a hierarchy per controller) or 2 (one for all).
/// Paths begin with a slash and are relative to each hierarchy.
/// </summary>
internal sealed class CgroupTree
{
    // Controllers that containers are given. Those a kernel does not have are left out.
    private static readonly string[] Controllers = ["cpu", "cpuset", "memory", "pids", "io", "hugetlb"];

    private readonly string _root;

    public CgroupTree(string root = "/sys/fs/cgroup")
    {
        _root = root;
        IsV2 = File.Exists(Path.Combine(root, "cgroup.controllers"));
    }

    public bool IsV2 { get; }

    /// <summary>Makes the group and its parents, and sets its limits. Idempotent.</summary>
    public void Ensure(string path, CgroupLimits limits)
    {
        if (IsV2)
        {
            EnsureV2(path, limits);
        }
        else
        {
            EnsureV1(path, limits);
        }
    }

    /// <summary>Removes the group and all below it. Processes that are still in it keep it alive.</summary>
    /// <returns>False when something of it is left, because processes are still ending.</returns>
    public bool TryRemove(string path)
    {
        var removed = true;
        foreach (var hierarchy in Hierarchies())
        {
            removed &= TryRemoveDirectory(hierarchy + path);
        }
        return removed;
    }

    public bool Exists(string path) => Hierarchies().Any(hierarchy => Directory.Exists(hierarchy + path));

    /// <summary>Names of the groups right below one.</summary>
    public IReadOnlySet<string> Children(string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var directory in Hierarchies().Select(hierarchy => hierarchy + path).Where(Directory.Exists))
        {
            names.UnionWith(Directory.EnumerateDirectories(directory).Select(child => Path.GetFileName(child)));
        }
        return names;
    }

    private void EnsureV1(string path, CgroupLimits limits)
    {
        // A group must exist in a controller before a child of the runtime can, or the child's own limits are set in
        // a group whose parent nobody made on purpose. cpuset is left to the runtime, which must fill it before use.
        foreach (var controller in (string[])["cpu", "memory", "pids"])
        {
            if (Directory.Exists(Path.Combine(_root, controller)))
            {
                Directory.CreateDirectory(Path.Combine(_root, controller) + path);
            }
        }
        foreach (var (controller, file, content) in CgroupFiles.V1(limits))
        {
            Write(Path.Combine(_root, controller) + path, file, content);
        }
    }

    private void EnsureV2(string path, CgroupLimits limits)
    {
        // A controller reaches a group only if every group above passes it on.
        var available = File.ReadAllText(Path.Combine(_root, "cgroup.controllers")).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var enabled = string.Join(' ', Controllers.Intersect(available).Select(controller => "+" + controller));
        var group = _root;
        Write(group, "cgroup.subtree_control", enabled);
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            group = Path.Combine(group, name);
            Directory.CreateDirectory(group);
            Write(group, "cgroup.subtree_control", enabled);
        }
        foreach (var (file, content) in CgroupFiles.V2(limits))
        {
            Write(group, file, content);
        }
    }

    private IEnumerable<string> Hierarchies()
    {
        if (IsV2)
        {
            return [_root];
        }
        // Two names of one hierarchy ("cpu" and "cpu,cpuacct") are links; what is removed by one is gone by the other.
        return Directory.Exists(_root) ? Directory.GetDirectories(_root) : [];
    }

    private static bool TryRemoveDirectory(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return true;
        }
        var removed = true;
        foreach (var child in Directory.GetDirectories(directory))
        {
            removed &= TryRemoveDirectory(child);
        }
        try
        {
            Directory.Delete(directory); // Its files belong to the kernel and vanish with it.
            return removed;
        }
        catch (IOException)
        {
            return !Directory.Exists(directory);
        }
    }

    /// <summary>Skips files that this kernel does not have: a limit it cannot keep must not keep pods from running.</summary>
    private static void Write(string directory, string file, string content)
    {
        var path = Path.Combine(directory, file);
        if (content.Length > 0 && File.Exists(path))
        {
            File.WriteAllText(path, content);
        }
    }
}
