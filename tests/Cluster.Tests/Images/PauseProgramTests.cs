using System.Diagnostics;
using System.Runtime.InteropServices;
using Navarch.Cluster.Images;
using Navarch.Testing;

namespace Navarch.Cluster.Tests.Images;

public sealed class PauseProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_runs_until_it_is_asked_to_end()
    {
        var program = _folder["pause"];
        File.WriteAllBytes(program, PauseImage.Program(MachineArchitecture.Current));
        File.SetUnixFileMode(program, ImageEntry.ExecutableMode);
        using var pause = Process.Start(program);
        await Until.TrueAsync(() => StatusOf(pause.Id).Contains("State:\tS", StringComparison.Ordinal), "it to wait for signals");
        Assert.False(pause.HasExited);

        using var kill = Process.Start("kill", ["-TERM", $"{pause.Id}"]);
        await pause.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, pause.ExitCode);
    }

    [Fact]
    public async Task It_reaps_the_orphans_of_its_pid_namespace()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "A PID namespace takes root.");
        var program = _folder["pause"];
        File.WriteAllBytes(program, PauseImage.Program(MachineArchitecture.Current));
        File.SetUnixFileMode(program, ImageEntry.ExecutableMode);

        // The shell leaves a child behind that has ended by the time the pause program takes the shell's place as process 1.
        using var pause = Process.Start(new ProcessStartInfo("unshare", ["--pid", "--fork", "--kill-child", "sh", "-c", $"(sleep 0.2 & ) ; (sleep 0.4 &); exec {program}"]))!;
        try
        {
            var first = 0;
            await Until.TrueAsync(() => int.TryParse(ChildrenOf(pause.Id), out first) && StatusOf(first).StartsWith("Name:\tpause\n", StringComparison.Ordinal), "it to be process 1");
            await Until.TrueAsync(() => ChildrenOf(first).Length == 0, "the orphans to be gone");
        }
        finally
        {
            pause.Kill(entireProcessTree: true);
            await pause.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData(Architecture.X64, 62)]
    [InlineData(Architecture.Arm64, 183)]
    public void Both_processors_have_theirs(Architecture architecture, int machine)
    {
        var elf = PauseImage.Program(architecture);

        Assert.Equal(machine, BitConverter.ToUInt16(elf, 18));
        Assert.Null(ElfFile.TryParse(elf)!.Interpreter);
    }

    private static string StatusOf(int process) => File.ReadAllText($"/proc/{process}/status");

    private static string ChildrenOf(int process) => File.ReadAllText($"/proc/{process}/task/{process}/children").Trim();
}
