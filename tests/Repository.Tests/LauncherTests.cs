using System.Diagnostics;

namespace Navarch.Repository.Tests;

/// <summary>The launcher at the root of the checkout, with a compiler that makes a program that sleeps.</summary>
public sealed class LauncherTests : IDisposable
{
    private const string Compiler = """
        #!/bin/sh
        while [ "$1" != --output ]; do shift; done
        mkdir -p "$2" && cp "$(command -v sleep)" "$2/navarch"
        """;

    private readonly string root = Directory.CreateTempSubdirectory("navarch-launcher-").FullName;

    public LauncherTests()
    {
        File.Copy(Path.Combine(Sources.Root, "navarch"), Path.Combine(root, "navarch"));
        Directory.CreateDirectory(Path.Combine(root, "examples", "demo"));
        Directory.CreateDirectory(Path.Combine(root, "src"));
        Directory.CreateDirectory(Path.Combine(root, "sdk-home", "sdk", "10.0.100"));
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json"])
        {
            File.WriteAllText(Path.Combine(root, file), "");
        }

        var dotnet = Path.Combine(root, "sdk-home", "dotnet");
        File.WriteAllText(dotnet, Compiler);
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private string[] Builds => Directory.GetDirectories(Path.Combine(root, "artifacts"));

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task A_build_that_something_runs_from_stays_when_there_is_a_newer_one()
    {
        using var running = Start("1000");
        try
        {
            while (new FileInfo($"/proc/{running.Id}/exe").LinkTarget?.EndsWith("/navarch", StringComparison.Ordinal) != true)
            {
                Assert.False(running.HasExited);
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }

            var old = Assert.Single(Builds);
            await ChangeAsync("a");

            Assert.Equal(2, Builds.Length);
            Assert.Contains(old, Builds);
        }
        finally
        {
            running.Kill();
            await running.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root sees what runs, and removes");
        await ChangeAsync("b");
        Assert.Single(Builds);
    }

    [Fact]
    public async Task What_is_only_read_by_people_is_not_built_anew()
    {
        await ChangeAsync("a");
        var build = Assert.Single(Builds);

        await File.WriteAllTextAsync(Path.Combine(root, "src", "README.md"), "# Sources", TestContext.Current.CancellationToken);
        await RunAsync();

        Assert.Equal([build], Builds);
    }

    private async Task ChangeAsync(string name)
    {
        await File.WriteAllTextAsync(Path.Combine(root, "src", name + ".cs"), "", TestContext.Current.CancellationToken);
        await RunAsync();
    }

    private async Task RunAsync()
    {
        using var once = Start("0");
        await once.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, once.ExitCode);
    }

    private Process Start(string seconds)
    {
        var start = new ProcessStartInfo(Path.Combine(root, "navarch"), [seconds]);
        start.Environment["DOTNET_ROOT"] = Path.Combine(root, "sdk-home");
        return Process.Start(start)!;
    }
}
