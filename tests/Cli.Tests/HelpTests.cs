namespace Navarch.Cli.Tests;

/// <summary>Help is what people depend on: a difference to the approved text is a decision.</summary>
[Collection("console")]
public sealed class HelpTests
{
    public static TheoryData<string> Commands =>
        ["", "demo", "start", "status", "stop", "delete", "context", "image", "image load", "image samples", "backup", "restore", "certs", "certs check", "certs rotate", "certs prune", "secrets", "secrets status", "secrets rotate", "secrets reencrypt", "secrets prune", "tokens", "tokens status", "tokens rotate", "tokens prune", "server", "supervisor", "agent", "apiserver", "controller-manager", "scheduler", "kubelet", "proxy", "dns"];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_is_as_approved(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var outcome = await ConsoleCapture.RunAsync([.. words, "--help"]);
        var approved = Path.Combine(AppContext.BaseDirectory, "Approved", (words.Length == 0 ? "navarch" : string.Join('-', words)) + ".txt");
        var received = Path.ChangeExtension(approved, ".received.txt");

        // Written first: an intended change is approved by copying it into the Approved folder of the tests.
        Directory.CreateDirectory(Path.GetDirectoryName(received)!);
        var text = outcome.Output.Replace("Navarch.Cli.Tests", "navarch", StringComparison.Ordinal).ReplaceLineEndings("\n");
        await File.WriteAllTextAsync(received, text, TestContext.Current.CancellationToken);

        Assert.Equal(0, outcome.ExitCode);
        Assert.True(File.Exists(approved), $"Not approved yet: {received}");
        Assert.Equal(await File.ReadAllTextAsync(approved, TestContext.Current.CancellationToken), text);
    }
}
