namespace Navarch.Kubelet.Cgroups;

/// <summary>
/// Names of the groups of pods: <c>PARENT/kubepods[/CLASS]/podUID</c> with the cgroupfs driver, and the slices of the
/// same meaning with systemd's. Guaranteed pods lie at the top, as they outrank the other two classes as a whole.
/// </summary>
internal sealed class PodCgroups(string parent, CgroupDriver driver)
{
    // The parent as one slice's name: "/navarch" is navarch.slice, "/a/b" is a-b.slice.
    private readonly string _prefix = parent.Trim('/');

    public CgroupDriver Driver => driver;

    public string Root => driver == CgroupDriver.Cgroupfs ? Join(_prefix, "kubepods") : Slice("kubepods");

    /// <param name="qosClass">Guaranteed, Burstable or BestEffort.</param>
    public string OfClass(string qosClass) => (qosClass, driver) switch
    {
        ("Guaranteed", _) => Root,
        (_, CgroupDriver.Cgroupfs) => Root + "/" + qosClass.ToLowerInvariant(),
        _ => Slice("kubepods-" + qosClass.ToLowerInvariant()),
    };

    /// <summary>What CRI is given as the sandbox's cgroup parent.</summary>
    public string OfPod(string qosClass, string uid) => (qosClass, driver) switch
    {
        (_, CgroupDriver.Cgroupfs) => OfClass(qosClass) + "/pod" + uid,
        // A dash is systemd's path separator.
        ("Guaranteed", _) => Slice("kubepods-pod" + uid.Replace('-', '_')),
        _ => Slice($"kubepods-{qosClass.ToLowerInvariant()}-pod{uid.Replace('-', '_')}"),
    };

    /// <summary>The UID of the pod that a group's last name belongs to, or null.</summary>
    public static string? FindUid(string name) => name.StartsWith("pod", StringComparison.Ordinal) ? name["pod".Length..] : null;

    private static string Join(string prefix, string name) => prefix.Length == 0 ? "/" + name : $"/{prefix}/{name}";

    private string Slice(string name) => (_prefix.Length == 0 ? name : _prefix.Replace('/', '-') + "-" + name) + ".slice";
}
