using Navarch.ApiServer.Encryption;
using Navarch.Cluster.Encryption;
using Navarch.Cluster.Profiles;
using Navarch.Testing;

namespace Navarch.Cluster.Tests.Encryption;

public sealed class EncryptedResourcesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTime time = new();

    private ProfileStore Profiles => new(folder["state"], folder["run"]);

    private ProfilePaths Paths => Profiles.PathsOf("one");

    private EncryptionKeyFile File => new(Paths.EncryptionKeys);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_new_cluster_gets_its_keys_with_what_they_are_for()
    {
        var profile = NewProfile();

        EncryptedResources.Set(profile, Paths, ["secrets", "configmaps"], time);
        var key = File.Load().Active.Name;
        EncryptedResources.Set(profile, Paths, ["configmaps"], time);

        Assert.Equal(["configmaps"], File.Load().Resources);
        Assert.Equal(key, File.Load().Active.Name);
    }

    [Fact]
    public void Keys_are_not_made_for_data_that_may_need_others()
    {
        var profile = NewProfile();
        Directory.CreateDirectory(Path.GetDirectoryName(Paths.Database)!);
        System.IO.File.WriteAllText(Paths.Database, "");

        Assert.Equal("\"one\" has data but no encryption keys yet", Assert.Throws<ClusterException>(() => EncryptedResources.Set(profile, Paths, ["secrets"], time)).Message);
        Assert.False(File.Exists);
    }

    private Profile NewProfile()
    {
        var profile = Profiles.Plan("one", 0, static _ => true);
        Profiles.Save(profile);
        return profile;
    }
}
