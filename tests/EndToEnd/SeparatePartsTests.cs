using System.Diagnostics;

namespace Navarch.EndToEnd;

/// <summary>Each part of a cluster runs alone, so that it can be replaced by another's.</summary>
[Collection("parts")]
public sealed class SeparatePartsTests : IAsyncLifetime
{
    private const string Profile = "e2e-parts";

    private readonly string _folder = Directory.CreateTempSubdirectory("navarch-parts-").FullName;
    private readonly List<Process> _parts = [];

    private string Kubeconfig => Path.Combine(_folder, "config");

    public ValueTask InitializeAsync()
    {
        Needs.Root();
        Needs.Kubectl();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts)
        {
            part.Kill(entireProcessTree: true);
            await part.WaitForExitAsync();
            part.Dispose();
        }

        await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", Profile);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Six_processes_do_the_work_of_two()
    {
        (await NavarchCommand.RunAsync(Kubeconfig, "start", "-p", Profile)).Succeeded();
        (await NavarchCommand.RunAsync(Kubeconfig, "image", "samples", "-p", Profile)).Succeeded();
        foreach (var role in (string[])["agent", "server"])
        {
            var pid = File.ReadAllText($"/run/navarch/{Profile}/{role}.pid").Split(' ')[0];
            using var process = Process.GetProcessById(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture));
            (await Command.RunAsync("kill", [pid])).Succeeded();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Run("apiserver");
        Run("controller-manager", "--kubeconfig", $"/var/lib/navarch/{Profile}/kubeconfig/controller-manager.yaml");
        Run("scheduler", "--kubeconfig", $"/var/lib/navarch/{Profile}/kubeconfig/scheduler.yaml");
        Run("kubelet", "--kubeconfig", $"/var/lib/navarch/{Profile}/kubeconfig/kubelet.yaml");
        Run("proxy", "--kubeconfig", $"/var/lib/navarch/{Profile}/kubeconfig/proxy.yaml");
        Run("dns", "--kubeconfig", $"/var/lib/navarch/{Profile}/kubeconfig/dns.yaml");

        var kubectl = new Kubectl(Kubectl.Default, Kubeconfig);
        await Wait.UntilAsync("the API server serves", () => kubectl.RunAsync("get", "--raw", "/readyz"), _ => true);
        (await kubectl.RunAsync("create", "deployment", "web", "--image=nginx:1.27", "--port=80")).Silent();
        (await kubectl.RunAsync("expose", "deployment", "web")).Silent();
        (await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=90s")).Succeeded();
        var address = (await kubectl.RunAsync("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}")).Silent();
        await Wait.UntilAsync(
            "the page is served", () => Command.RunAsync("curl", ["-s", "--noproxy", "*", "--max-time", "5", $"http://{address}/"]), page => page.Contains("Welcome", StringComparison.Ordinal));
        (await kubectl.RunAsync(
            "run", "curl", "--image=curlimages/curl", "--image-pull-policy=IfNotPresent", "--restart=Never", "--attach", "--quiet",
            "--", "curl", "--silent", "--retry", "5", "--retry-all-errors", "http://web/")).Succeeded();
    }

    private void Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(NavarchCommand.Launcher, [.. arguments, "--profile", Profile])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var part = Process.Start(start)!;
        part.OutputDataReceived += static (_, _) => { };
        part.ErrorDataReceived += static (_, _) => { };
        part.BeginOutputReadLine();
        part.BeginErrorReadLine();
        _parts.Add(part);
    }
}
