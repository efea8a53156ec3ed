using Navarch.Cluster.Kubeconfig;

namespace Navarch.Cluster.Tests.Kubeconfig;

public sealed class KubeconfigFileTests : IDisposable
{
    private const string Others =
        """
        apiVersion: v1
        kind: Config
        preferences: {colors: true}
        clusters:
        - cluster:
            server: https://example.com
            insecure-skip-tls-verify: true
          name: work
        users:
        - name: me
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: get-token
              args: ["--for", "yes"]
              someday: new
        contexts:
        - context: {cluster: work, user: me, namespace: team}
          name: work
        current-context: work
        extensions-of-ours: [1, two]

        """;

    private static readonly ComponentKubeconfig.Entry Entry = new("https://127.0.0.1:6443", "Q0E=", "Q0VSVA==", "S0VZ");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_made_where_there_is_none_and_is_private()
    {
        var file = File();

        file.Merge("navarch", Entry);

        Assert.True(file.Contains("navarch"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(file.Path));
    }

    [Fact]
    public void Removing_the_only_context_leaves_no_file_and_no_folder()
    {
        var file = File();
        file.Merge("navarch", Entry);

        file.Remove("navarch");

        Assert.False(Directory.Exists(Path.GetDirectoryName(file.Path)));
    }

    [Fact]
    public void Other_contexts_and_unknown_fields_survive_merge_and_removal()
    {
        var file = File(Others);
        file.Merge("navarch", Entry);
        file.Remove("navarch");

        var text = System.IO.File.ReadAllText(file.Path);

        foreach (var kept in (string[])["https://example.com", "insecure-skip-tls-verify: true", "get-token", "someday: new", "extensions-of-ours", "namespace: team", "colors: true", "\"yes\""])
        {
            Assert.Contains(kept, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("navarch", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Merging_twice_changes_nothing()
    {
        var file = File(Others);
        file.Merge("navarch", Entry);
        var once = System.IO.File.ReadAllText(file.Path);

        file.Merge("navarch", Entry);

        Assert.Equal(once, System.IO.File.ReadAllText(file.Path));
    }

    [Fact]
    public void A_namespace_chosen_for_the_context_survives_the_next_start()
    {
        var file = File();
        file.Merge("navarch", Entry);
        System.IO.File.WriteAllText(file.Path, System.IO.File.ReadAllText(file.Path).Replace("    cluster: \"navarch\"", "    namespace: mine\n    cluster: \"navarch\"", StringComparison.Ordinal));

        file.Merge("navarch", Entry);

        Assert.Contains("namespace: mine", System.IO.File.ReadAllText(file.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void The_files_mode_stays()
    {
        var file = File(Others);
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        System.IO.File.SetUnixFileMode(file.Path, mode);

        file.Merge("navarch", Entry);

        Assert.Equal(mode, System.IO.File.GetUnixFileMode(file.Path));
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        System.IO.File.WriteAllText(_folder["real"], Others);
        System.IO.File.CreateSymbolicLink(_folder["config"], _folder["real"]);
        var file = new KubeconfigFile(_folder["config"], new InvokingUser(_folder.Path, null, null));

        file.Merge("navarch", Entry);

        Assert.NotNull(new FileInfo(file.Path).LinkTarget);
        Assert.Contains("navarch", System.IO.File.ReadAllText(_folder["real"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ not: [closed")]
    [InlineData("- a\n- list\n")]
    [InlineData("clusters: {a: b}\n")]
    public void What_is_no_kubeconfig_is_left_untouched(string text)
    {
        var file = File(text);

        Assert.Throws<ClusterException>(() => file.Merge("navarch", Entry));

        Assert.Equal(text, System.IO.File.ReadAllText(file.Path));
    }

    [Fact]
    public void Empty_lists_in_any_spelling_are_filled()
    {
        var file = File("apiVersion: v1\nkind: Config\nclusters: []\nusers: null\ncontexts:\ncurrent-context: \"\"\n");

        file.Merge("navarch", Entry);

        Assert.True(file.Contains("navarch"));
    }

    [Fact]
    public void Under_sudo_the_file_is_the_invoking_users()
    {
        var variables = new Dictionary<string, string> { ["HOME"] = "/root", ["SUDO_UID"] = "1000", ["SUDO_GID"] = "1001" };

        var user = InvokingUser.Detect(variables.GetValueOrDefault, ["root:x:0:0:root:/root:/bin/bash", "ann:x:1000:1001:Ann:/home/ann:/bin/bash"]);

        Assert.Equal(new InvokingUser("/home/ann", 1000, 1001), user);
        Assert.Equal("/home/ann/.kube/config", user.KubeconfigPath(null));
        Assert.Equal("/a/config", user.KubeconfigPath("/a/config:/b/config"));
    }

    private KubeconfigFile File(string? text = null)
    {
        var path = _folder[".kube/config"];
        if (text is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllText(path, text);
        }

        return new KubeconfigFile(path, new InvokingUser(_folder.Path, null, null));
    }
}
