using System.Diagnostics;
using System.Globalization;

namespace Navarch.Storage.Tests.Sqlite;

/// <summary>
/// Kills a process that writes, over and over, at any moment, with SIGKILL. NAVARCH_CRASH_ROUNDS says how often
/// (default 20), NAVARCH_SEED repeats a run.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Everything_acknowledged_survives_being_killed_and_the_revision_does_not_go_back()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_CRASH_ROUNDS") ?? "20", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_SEED") ?? $"{Environment.ProcessId}", CultureInfo.InvariantCulture);
        output.WriteLine($"NAVARCH_SEED={seed}");
        using var directory = new TemporaryDirectory();
        var path = directory.Path("store.db");
        var random = new Random(seed);
        var evidence = new CrashEvidence();

        for (var round = 0; round < rounds; round++)
        {
            // Every fourth time while it starts, otherwise after some writes.
            var startOnly = round % 4 == 3;
            evidence.Add(await RunAndKillAsync(
                path, random.Next(), startOnly ? 0 : random.Next(1, 1500), TimeSpan.FromMilliseconds(startOnly ? random.Next(400) : 0)));
            await evidence.VerifyAsync(path);
        }

        output.WriteLine($"{evidence.Count} acknowledged writes in {rounds} rounds");
        Assert.NotEqual(0, evidence.Count);
    }

    private static async Task<string> RunAndKillAsync(string path, int seed, int killAfterLines, TimeSpan killDelay)
    {
        using var process = Process.Start(CrashEvidence.Writer(CrashWriter.Command, path, $"{seed}"))!;
        var news = "";
        try
        {
            await Task.Delay(killDelay);
            for (var lines = 0; lines < killAfterLines && await process.StandardOutput.ReadLineAsync() is { } line; lines++)
            {
                news += line + "\n";
            }
        }
        finally
        {
            process.Kill(); // SIGKILL
        }

        // What was printed before it died was acknowledged too. The last line may be torn.
        news += await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return news;
    }
}
