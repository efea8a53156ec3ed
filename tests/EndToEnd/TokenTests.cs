using System.Text.Json.Nodes;
using Navarch.Testing;

namespace Navarch.EndToEnd;

/// <summary>Tokens of service accounts while their keys change, and where keys and tokens must not be.</summary>
[Collection(ClusterCollection.Name)]
public sealed class TokenTests(ClusterFixture cluster)
{
    private const string TokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    [Fact]
    public async Task Keys_change_while_people_and_pods_use_their_tokens()
    {
        var kubectl = await cluster.NamespaceAsync("tokens");
        (await kubectl.RunAsync("run", "shell", "--image=busybox:1.36", "--restart=Never", "--", "sleep", "3600")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/shell", "--timeout=90s")).Silent();
        var tokens = new List<string> { await PodTokenAsync(), await NewTokenAsync() };

        foreach (var algorithm in (string[])["RS256", "ES256"])
        {
            var keys = JsonNode.Parse((await NavarchAsync("rotate", "--algorithm", algorithm, "-o", "json")).Silent())!["keys"]!.AsArray();
            Assert.Equal((true, algorithm), ((bool)keys[0]!["isActive"]!, (string)keys[0]!["algorithm"]!));
            tokens.Add(await NewTokenAsync());
            Assert.Equal(await PodTokenAsync(), tokens[0]); // Pods go on with what they have.
            Assert.All(await Task.WhenAll(tokens.Select(IsGoodAsync)), Assert.True);
        }

        (await kubectl.RunAsync("delete", "pod", "shell", "--grace-period=1")).Silent();
        Assert.False(await IsGoodAsync(tokens[0]));
        tokens.RemoveAt(0);
        Assert.Equal(3, (await NavarchAsync("prune")).ExitCode); // Somebody may still hold tokens.
        Assert.All(await Task.WhenAll(tokens.Select(IsGoodAsync)), Assert.True);
        Assert.Contains("signs", (await NavarchAsync("status")).Succeeded(), StringComparison.Ordinal);

        async Task<string> NewTokenAsync() => (await kubectl.RunAsync("create", "token", "default")).Silent().Trim();

        async Task<string> PodTokenAsync() => (await kubectl.RunAsync("exec", "shell", "--", "cat", TokenFile)).Silent().Trim();

        async Task<bool> IsGoodAsync(string token)
        {
            var review = $$$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"{{{token}}}"} }""";
            return (await kubectl.WithInputAsync(review, "create", "-f", "-", "-o", "jsonpath={.status.authenticated}")).Silent() == "true";
        }
    }

    [Fact]
    public void Keys_are_for_their_owner_alone_and_in_no_command_line()
    {
        const string State = "/var/lib/navarch/" + ClusterFixture.Profile;
        foreach (var file in (string[])[.. Directory.EnumerateFiles(State + "/pki", "*.key"), .. Directory.EnumerateFiles(State + "/kubeconfig"), State + "/server/encryption.json"])
        {
            Assert.Equal((file, UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, File.GetUnixFileMode(file)));
        }

        foreach (var process in Directory.EnumerateDirectories("/proc").Where(static folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                var line = File.ReadAllText(process + "/cmdline");
                Assert.True(!line.Contains(State, StringComparison.Ordinal) || !SecretLeaks.In(line).Any(), process);
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }
    }

    private static Task<Outcome> NavarchAsync(string command, params IReadOnlyList<string> arguments) =>
        NavarchCommand.RunAsync(new Dictionary<string, string>(), ["tokens", command, "-p", ClusterFixture.Profile, .. arguments]);
}
