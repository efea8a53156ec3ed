using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Navarch.EndToEnd;

/// <summary>Three control planes, of which any one may be killed or cut off while clients write.</summary>
[Collection("high availability")]
public sealed class HighAvailabilityTests : IAsyncLifetime
{
    private const string Profile = "e2e-ha";

    // Controllers go on within 11 s of a leader's end; what is more is for pods to start on a machine that is busy, or stands still.
    private static readonly TimeSpan GoOnMax = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("navarch-ha-").FullName;
    private readonly Dictionary<string, DateTimeOffset> _killed = [];

    private string Kubeconfig => Path.Combine(_folder, "config");

    private Kubectl Kubectl => new(Kubectl.Default, Kubeconfig);

    public ValueTask InitializeAsync()
    {
        Needs.Root();
        Needs.Kubectl();
        Needs.Program("etcd", "etcd-server");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", Profile);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Any_control_plane_may_die_or_be_cut_off_under_load_and_nothing_acknowledged_is_lost_or_done_twice()
    {
        await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", Profile); // Of a run that was killed.
        var before = MachineSnapshot.Take();
        (await NavarchCommand.RunAsync(Kubeconfig, "start", "-p", Profile, "--control-planes", "3")).Succeeded();
        (await NavarchCommand.RunAsync(Kubeconfig, "image", "samples", "-p", Profile)).Succeeded();
        (await Kubectl.RunAsync("create", "deployment", "web", "--image=nginx:1.27")).Succeeded();
        (await Kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=90s")).Succeeded();

        using var stop = new CancellationTokenSource();
        var writes = new RecordedWrites(await ClusterClient.FactoryAsync(Kubectl), "default");
        var writing = writes.RunAsync(stop.Token);
        await Task.Delay(3000, TestContext.Current.CancellationToken);
        Say($"without a fault:            {writes.Count / 3} writes/s acknowledged, longest gap {writes.LongestGap(default).TotalSeconds:0.00} s");

        await SurviveAsync("kill -9 of server and etcd", writes, replicas: 2, async leader => await KillAsync(leader), _ => Task.CompletedTask);
        await SurviveAsync("silent network cut", writes, replicas: 3, CutAsync, HealAsync);

        // Everything at once is no more than a pause, as long as it lasts.
        var from = writes.Now;
        for (var number = 1; number <= 3; number++)
        {
            await KillAsync(number);
        }

        await UntilRunningAsync();
        await Wait.UntilAsync("leaders act again", () => Kubectl.RunAsync("scale", "deployment/web", "--replicas=4"), _ => true);
        (await Kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=90s")).Succeeded();
        Say($"kill -9 of all three:       longest gap {writes.LongestGap(from).TotalSeconds:0.00} s");

        await stop.CancelAsync();
        await writing;
        Say($"in all:                     {writes.Count} writes acknowledged, none lost, none done twice, at most {writes.TriesMax} tries");
        AssertOneLeaderAtATime("kube-controller-manager");
        AssertOneLeaderAtATime("kube-scheduler");

        (await NavarchCommand.RunAsync(Kubeconfig, "start", "-p", Profile, "--control-planes", "2")).FailedWith("1, 3 or 5");
        (await NavarchCommand.RunAsync(Kubeconfig, "start", "-p", Profile, "--control-planes", "5")).FailedWith("has 3 control planes");
        (await NavarchCommand.RunAsync(Kubeconfig, "stop", "-p", Profile)).Succeeded();
        Assert.Empty(MachineSnapshot.ProcessesOf(Profile));
        (await NavarchCommand.RunAsync(Kubeconfig, "start", "-p", Profile)).Succeeded();
        Assert.Equal(3, (await StatusAsync())["controlPlanes"]!.AsArray().Count(plane => (bool)plane!["ready"]!));
        (await Kubectl.RunAsync("get", "configmap", "end")).Succeeded();

        (await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", Profile)).Succeeded();
        await MachineSnapshot.AssertSameAsync(before);
    }

    private async Task SurviveAsync(string fault, RecordedWrites writes, int replicas, Func<int, Task> strike, Func<int, Task> mend)
    {
        var (holder, transitions) = await LeaseAsync();
        var victim = int.Parse(holder[(Profile.Length + 1)..].Split('_')[0], CultureInfo.InvariantCulture);
        var clock = Stopwatch.StartNew();
        var from = writes.Now;

        await strike(victim);

        await Wait.UntilAsync("the deployment is scaled", () => Kubectl.RunAsync("scale", "deployment/web", $"--replicas={replicas}"), _ => true);
        await Wait.UntilAsync(
            "the pods run",
            () => Kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}"),
            ready => ready == replicas.ToString(CultureInfo.InvariantCulture));
        var wentOn = clock.Elapsed;
        var gap = writes.LongestGap(from);
        await mend(victim);
        await UntilRunningAsync();

        Say($"{fault + ":",-27} longest gap in acknowledged writes {gap.TotalSeconds:0.00} s, a scaled deployment's pod ready after {wentOn.TotalSeconds:0.0} s");
        Assert.True(wentOn < GoOnMax, $"controllers went on after {wentOn}");
        var (heir, now) = await LeaseAsync();

        // Where the machine stands still for longer than a lease lasts, the heir has had an heir.
        Assert.True(now > transitions, $"after {transitions} changes of the leader there were {now}");
        Assert.True(heir != holder || now > transitions + 1, $"{heir} leads again after one change");
    }

    private async Task<(string Holder, int Transitions)> LeaseAsync()
    {
        var words = (await Kubectl.RunAsync("get", "lease", "-n", "kube-system", "kube-controller-manager", "-o", "jsonpath={.spec.holderIdentity} {.spec.leaseTransitions}")).Succeeded().Split(' ');
        return (words[0], words.Length > 1 && words[1].Length > 0 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 0);
    }

    private async Task KillAsync(int number)
    {
        var status = await StatusAsync();
        var pids = status["processes"]!.AsArray()
            .Where(process => (string?)process!["name"] == $"server-{number}" || (string?)process["name"] == $"etcd-{number}")
            .Select(process => process!["pid"]!.ToString());
        (await Command.RunAsync("kill", ["-KILL", .. pids])).Succeeded();
        _killed[$"{number}@{_killed.Count}"] = TimeProvider.System.GetUtcNow();
    }

    private static async Task CutAsync(int number) => (await Command.RunAsync(
        "ip",
        ["netns", "exec", $"navarch-{Profile}-{number}", "nft", "-f", "-"],
        input: "table inet cut { chain i { type filter hook input priority 0; iifname \"eth0\" drop; }; chain o { type filter hook output priority 0; oifname \"eth0\" drop; }; }\n")).Succeeded();

    private static async Task HealAsync(int number) =>
        (await Command.RunAsync("ip", ["netns", "exec", $"navarch-{Profile}-{number}", "nft", "delete", "table", "inet", "cut"])).Succeeded();

    private Task UntilRunningAsync() => Wait.UntilAsync(
        "all control planes are ready again", () => NavarchCommand.RunAsync(Kubeconfig, "status", "-p", Profile, "-o", "json"), text => text.Contains("\"Running\"", StringComparison.Ordinal));

    private async Task<JsonNode> StatusAsync() => JsonNode.Parse((await NavarchCommand.RunAsync(Kubeconfig, "status", "-p", Profile, "-o", "json")).Output)!;

    // Servers log when they begin and end to lead. One that was killed ended then, without a word.
    private void AssertOneLeaderAtATime(string part)
    {
        var terms = new List<(DateTimeOffset From, DateTimeOffset To, string Who)>();
        for (var number = 1; number <= 3; number++)
        {
            foreach (var line in File.ReadLines($"/var/lib/navarch/{Profile}/logs/server-{number}.log").Where(line => line.Contains($"eading under kube-system/{part} as", StringComparison.Ordinal)))
            {
                var (at, who) = (DateTimeOffset.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture), line.Split(' ')[^1]);
                if (line.Contains(": Leading", StringComparison.Ordinal))
                {
                    var end = _killed.Where(kill => kill.Key[0] == (char)('0' + number) && kill.Value > at).Select(kill => kill.Value).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
                    terms.Add((at, end, who));
                }
                else
                {
                    var open = terms.FindLastIndex(term => term.Who == who);
                    terms[open] = terms[open] with { To = at };
                }
            }
        }

        terms.Sort();
        Assert.NotEmpty(terms);
        Assert.All(terms.Zip(terms.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From, $"two led at once: {pair.First} and {pair.Second}"));
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
}
