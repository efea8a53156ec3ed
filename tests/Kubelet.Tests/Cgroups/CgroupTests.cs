using Navarch.Kubelet.Cgroups;

namespace Navarch.Kubelet.Tests.Cgroups;

public sealed class CgroupTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("nkcg").FullName;

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(100, 102)]
    [InlineData(1000, 1024)]
    [InlineData(1_000_000, 262_144)]
    public void Requests_become_shares(long milliCpu, long shares) => Assert.Equal(shares, CpuTime.Shares(milliCpu));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1000)]
    [InlineData(250, 25_000)]
    [InlineData(2000, 200_000)]
    public void Limits_become_quota(long milliCpu, long quota) => Assert.Equal(quota, CpuTime.Quota(milliCpu));

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1024, 39)]
    [InlineData(262_144, 10_000)]
    public void Shares_become_weight(long shares, long weight) => Assert.Equal(weight, CpuTime.Weight(shares));

    [Fact]
    public void Version_2_passes_controllers_down_to_the_pod_and_sets_its_limits()
    {
        // A directory that looks like version 2: files that the kernel would make are made here.
        File.WriteAllText(Path.Combine(_root, "cgroup.controllers"), "cpuset cpu io memory pids\n");
        foreach (var group in (string[])["", "navarch", "navarch/kubepods", "navarch/kubepods/poda"])
        {
            Directory.CreateDirectory(Path.Combine(_root, group));
            foreach (var file in (string[])["cgroup.subtree_control", "cpu.weight", "cpu.max", "memory.max"])
            {
                File.WriteAllText(Path.Combine(_root, group, file), "");
            }
        }

        new CgroupTree(_root).Ensure("/navarch/kubepods/poda", new CgroupLimits(1024, 50_000, 64 << 20));

        Assert.Equal("+cpu +cpuset +memory +pids +io", Read("navarch/kubepods/cgroup.subtree_control"));
        Assert.Equal("39", Read("navarch/kubepods/poda/cpu.weight"));
        Assert.Equal("50000 100000", Read("navarch/kubepods/poda/cpu.max"));
        Assert.Equal("67108864", Read("navarch/kubepods/poda/memory.max"));
        Assert.Equal("", Read("navarch/kubepods/cpu.max"));
        Assert.Equal(["poda"], new CgroupTree(_root).Children("/navarch/kubepods"));
    }

    [Fact]
    public void No_limit_is_said_as_each_version_says_it()
    {
        Assert.Contains(("cpu.max", "max 100000"), CgroupFiles.V2(CgroupLimits.None));
        Assert.Contains(("memory.max", "max"), CgroupFiles.V2(CgroupLimits.None));
        Assert.Contains(("cpu", "cpu.cfs_quota_us", "-1"), CgroupFiles.V1(CgroupLimits.None));
        Assert.Contains(("memory", "memory.limit_in_bytes", "-1"), CgroupFiles.V1(CgroupLimits.None));
    }

    [Fact]
    public void The_kernel_takes_the_limits()
    {
        if (Environment.UserName != "root")
        {
            Assert.Skip("making control groups needs root");
        }
        var tree = new CgroupTree();
        const string Group = "/navarch-cgroup-test";
        try
        {
            tree.Ensure(Group + "/kubepods/poda", new CgroupLimits(512, 50_000, 64 << 20));
            tree.Ensure(Group + "/kubepods/poda", CgroupLimits.None);
            Assert.True(tree.Exists(Group + "/kubepods/poda"));
        }
        finally
        {
            Assert.True(tree.TryRemove(Group));
        }
        Assert.False(tree.Exists(Group));
    }

    [Theory]
    [InlineData(CgroupDriver.Cgroupfs, "Guaranteed", "/navarch/kubepods/podu-1")]
    [InlineData(CgroupDriver.Cgroupfs, "Burstable", "/navarch/kubepods/burstable/podu-1")]
    [InlineData(CgroupDriver.Systemd, "BestEffort", "navarch-kubepods-besteffort-podu_1.slice")]
    [InlineData(CgroupDriver.Systemd, "Guaranteed", "navarch-kubepods-podu_1.slice")]
    public void A_pod_has_its_group_below_its_class(CgroupDriver driver, string qosClass, string path) =>
        Assert.Equal(path, new PodCgroups("/navarch", driver).OfPod(qosClass, "u-1"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Read(string path) => File.ReadAllText(Path.Combine(_root, path));
}
