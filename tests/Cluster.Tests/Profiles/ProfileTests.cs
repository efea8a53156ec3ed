using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Tests.Profiles;

public sealed class ProfileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a.b")]
    [InlineData("a_b")]
    [InlineData("more-than-forty-characters-are-no-good-for-a-name")]
    public void Names_that_cannot_be_a_nodes_name_are_refused(string name) =>
        Assert.Throws<ClusterException>(() => ProfileName.Validate(name));

    [Theory]
    [InlineData("navarch")]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("team-1")]
    public void Dns_labels_are_names(string name) => Assert.Equal(name, ProfileName.Validate(name));

    [Fact]
    public void A_saved_profile_reads_back_as_it_was()
    {
        var store = Store();
        var profile = store.Plan("one", 0, _ => true);
        store.Save(profile);

        var read = store.Get("one");

        Assert.Equal(profile with { CreatedFolders = [] }, read with { CreatedFolders = [] });
        Assert.Equal(profile.CreatedFolders, read.CreatedFolders);
    }

    [Fact]
    public void A_second_profile_differs_in_everything_the_machine_has_once()
    {
        var store = Store();
        var one = store.Plan("one", 0, _ => true);
        store.Save(one);

        var two = store.Plan("two", 0, _ => true);

        Assert.NotEqual(one.ApiPort, two.ApiPort);
        Assert.NotEqual(one.KubeletPort, two.KubeletPort);
        Assert.NotEqual(one.PodCidr, two.PodCidr);
        Assert.NotEqual(one.ServiceCidr, two.ServiceCidr);
        Assert.NotEqual(one.Bridge, two.Bridge);
        Assert.NotEqual(one.NftTable, two.NftTable);
        Assert.NotEqual(one.CgroupParent, two.CgroupParent);
    }

    [Fact]
    public void A_damaged_profile_is_reported_by_its_own_commands_and_stops_no_others()
    {
        var store = Store();
        Directory.CreateDirectory(store.PathsOf("bad").State);
        File.WriteAllText(store.PathsOf("bad").ProfileFile, "{ \"name\": ");

        Assert.Throws<ClusterException>(() => store.Get("bad"));
        Assert.Empty(store.List());
    }

    [Fact]
    public void Bridge_names_fit_the_kernels_limit()
    {
        foreach (var name in (string[])["navarch", "a", "team-1", new string('x', 40), new string('x', 39) + "y"])
        {
            Assert.InRange(ProfileStore.BridgeName(name).Length, 1, 15);
        }

        Assert.NotEqual(ProfileStore.BridgeName(new string('x', 40)), ProfileStore.BridgeName(new string('x', 39) + "y"));
    }

    [Fact]
    public void A_second_command_is_told_which_one_is_running()
    {
        var paths = Store().PathsOf("one");
        using (ProfileLock.Acquire(paths, "start"))
        {
            var refusal = Assert.Throws<ClusterException>(() => ProfileLock.Acquire(paths, "stop"));

            Assert.Contains($"navarch start (pid {Environment.ProcessId}) is running", refusal.Message, StringComparison.Ordinal);
        }

        using var again = ProfileLock.Acquire(paths, "stop");
    }

    [Fact]
    public void A_released_lock_leaves_no_file()
    {
        var paths = Store().PathsOf("one");

        ProfileLock.Acquire(paths, "start").Dispose();

        Assert.False(Directory.Exists(paths.RunRoot));
    }

    private ProfileStore Store() => new(_folder["state"], _folder["run"]);
}
