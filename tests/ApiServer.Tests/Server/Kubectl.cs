using System.Diagnostics;

namespace Navarch.ApiServer.Tests.Server;

/// <summary>Runs an unmodified kubectl against a test server.</summary>
internal sealed class Kubectl(TestServer server, string version)
{
    private static readonly string Folder = FindFolder();
    private readonly string kubeconfig = server.Kubeconfig();

    public static TheoryData<string> Versions => [.. new[] { "1.27", "1.28", "1.29", "1.30", "1.31", "1.32", "1.33" }.Where(one => File.Exists(Path.Combine(Folder, "kubectl." + one)))];

    /// <summary>Writes a manifest where commands can name it.</summary>
    public string Manifest(string name, string yaml)
    {
        var path = Path.Combine(server.Directory, name);
        File.WriteAllText(path, yaml);
        return path;
    }

    public async Task<(int Code, string Out, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Folder, "kubectl." + version))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["HOME"] = server.Directory; // Its caches must not outlive the test.
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>The output of a command that must succeed and say nothing on the side.</summary>
    public async Task<string> OkAsync(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);
        Assert.True(code == 0 && error.Length == 0, $"kubectl {string.Join(' ', arguments)}: {code}\n{output}\n{error}");
        return output;
    }

    private static string FindFolder()
    {
        var found = new FileInfo("/usr/bin/kubectl");
        return Path.GetDirectoryName(found.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? found.FullName)!;
    }
}
