using System.Text.Json.Nodes;

namespace Navarch.EndToEnd;

/// <summary>Everything is destroyed and comes back: what a person does who has a backup and nothing else.</summary>
[Collection("lifecycle")]
public sealed class BackupTests : IAsyncLifetime
{
    private const string Profile = "saved";

    private readonly string _folder = Directory.CreateTempSubdirectory("navarch-backup-").FullName;

    private string Kubeconfig => Path.Combine(_folder, "config");

    private string Backup => Path.Combine(_folder, "saved.tar");

    private Kubectl Kubectl => new(Kubectl.Default, Kubeconfig);

    public ValueTask InitializeAsync()
    {
        Needs.Root();
        Needs.Kubectl();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", Profile);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_deleted_cluster_comes_back_from_its_backup_with_workloads_that_answer()
    {
        await NavarchAsync("delete", "-p", Profile); // Of a run that was killed.
        await NavarchAsync("start", "-p", Profile);
        await NavarchAsync("image", "samples", "-p", Profile);
        await KubectlAsync("create", "secret", "generic", "db", "--from-literal=password=correct-horse");
        await KubectlAsync("create", "deployment", "web", "--image=nginx:1.27", "--replicas=2");
        await KubectlAsync("set", "env", "deployment/web", "--from=secret/db");
        await KubectlAsync("expose", "deployment", "web", "--port=80");
        await KubectlAsync("rollout", "status", "deployment/web", "--timeout=120s");
        var address = await KubectlAsync("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
        var uid = await KubectlAsync("get", "deployment", "web", "-o", "jsonpath={.metadata.uid}");
        AssertAtRest("correct-horse");

        var report = JsonNode.Parse(await NavarchAsync("backup", Backup, "-p", Profile, "-o", "json"))!;
        Assert.Equal(Backup, (string?)report["file"]);
        Assert.Contains("exists: a backup is never restored over one", (await NavarchCommand.RunAsync(Kubeconfig, "restore", Backup)).Failed(), StringComparison.Ordinal);

        // What is made after the backup is gone, but its version was seen.
        await KubectlAsync("create", "configmap", "late");
        var seen = long.Parse(await KubectlAsync("get", "configmap", "late", "-o", "jsonpath={.metadata.resourceVersion}"));
        await NavarchAsync("delete", "-p", Profile);
        Assert.False(Directory.Exists($"/var/lib/navarch/{Profile}"));

        Assert.Contains("is whole", await NavarchAsync("restore", Backup, "--check"), StringComparison.Ordinal);
        Assert.Contains("docker.io/library/nginx:1.27", await NavarchAsync("restore", Backup, "-p", Profile), StringComparison.Ordinal);
        await NavarchAsync("start", "-p", Profile);
        await NavarchAsync("image", "samples", "-p", Profile);

        await Wait.UntilAsync("the deployment is ready again", () => Kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}"), ready => ready == "2");
        Assert.Equal(uid, await KubectlAsync("get", "deployment", "web", "-o", "jsonpath={.metadata.uid}"));
        Assert.Equal(address, await KubectlAsync("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"));
        Assert.NotEqual("", (await Kubectl.RunAsync("get", "configmap", "late")).Failed());
        await Wait.UntilAsync("the service answers", () => Command.RunAsync("curl", ["-sS", "--noproxy", "*", "--max-time", "2", $"http://{address}/"]), page => page.Contains("nginx", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("correct-horse", (await KubectlAsync("exec", "deployment/web", "--", "sh", "-c", "echo $PASSWORD")).Trim());
        Assert.True(long.Parse(await KubectlAsync("get", "deployment", "web", "-o", "jsonpath={.metadata.resourceVersion}")) > seen);
        AssertAtRest("correct-horse");

        var status = JsonNode.Parse(await NavarchAsync("secrets", "rotate", "--prune", "-p", Profile, "-o", "json"))!;
        Assert.Single(status["keys"]!.AsArray());
        Assert.Equal("Complete", (string?)status["reencryption"]!["state"]);
        Assert.Equal("Y29ycmVjdC1ob3JzZQ==", await KubectlAsync("get", "secret", "db", "-o", "jsonpath={.data.password}"));
    }

    private static void AssertAtRest(string plaintext)
    {
        var base64 = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(plaintext));
        var folder = $"/var/lib/navarch/{Profile}/server";
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{folder}/encryption.json"));
        foreach (var file in (string[])[$"{folder}/state.db", $"{folder}/state.db-wal"])
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            Assert.True(bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(base64)) < 0, $"{file} holds the password");
        }
    }

    private async Task<string> NavarchAsync(params string[] arguments) => (await NavarchCommand.RunAsync(Kubeconfig, arguments)).Succeeded();

    private async Task<string> KubectlAsync(params string[] arguments) => (await Kubectl.RunAsync(arguments)).Succeeded();
}
