using System.Diagnostics;
using System.Globalization;

namespace Navarch.Storage.Tests.Sqlite;

/// <summary>
/// Cuts the power of a simulated disk, over and over, at any of the writer's calls to it: what was not synced is there, not there
/// or half there. NAVARCH_CRASH_ROUNDS says how often (default 15), NAVARCH_SEED repeats a run.
/// </summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    // A writer makes about ten calls for each group it commits, and a checkpoint every few dozen groups.
    private const int CallsMax = 6000;

    [Fact]
    public async Task Everything_acknowledged_survives_a_power_cut_and_the_revision_does_not_go_back()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_CRASH_ROUNDS") ?? "15", CultureInfo.InvariantCulture);
        var random = Seeded();
        using var directory = new TemporaryDirectory();
        var evidence = new CrashEvidence();
        var path = directory.Path("0/store.db");
        for (var round = 0; round < rounds; round++)
        {
            var after = directory.Path($"{round + 1}/store.db");

            // Every third time early: while the file is made or the log is recovered.
            var calls = random.Next(1, round % 3 == 0 ? 60 : CallsMax);
            evidence.Add(await RunAsync(path, after, random.Next(), calls, isHonest: true));
            await evidence.VerifyAsync(after);
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
            path = after;
        }

        output.WriteLine($"{evidence.Count} acknowledged writes in {rounds} rounds");
        Assert.NotEqual(0, evidence.Count);
    }

    [Fact]
    public async Task A_disk_that_only_claims_to_have_synced_is_found_out()
    {
        var random = Seeded();
        using var directory = new TemporaryDirectory();
        var evidence = new CrashEvidence();
        evidence.Add(await RunAsync(directory.Path("0/store.db"), directory.Path("1/store.db"), random.Next(), calls: 2000, isHonest: true));
        await evidence.VerifyAsync(directory.Path("1/store.db"));
        var before = evidence.Count;

        evidence.Add(await RunAsync(directory.Path("1/store.db"), directory.Path("2/store.db"), random.Next(), calls: 2000, isHonest: false));

        Assert.NotEqual(before, evidence.Count);
        await Assert.ThrowsAnyAsync<Exception>(() => evidence.VerifyAsync(directory.Path("2/store.db")));
    }

    private static async Task<string> RunAsync(string path, string after, int seed, int calls, bool isHonest)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(after)!);
        using var process = Process.Start(CrashEvidence.Writer(
            CrashWriter.Command, path, $"{seed}", after, $"{calls}", isHonest ? "honest" : "lying"))!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 128 + 9, $"the power was not cut: exit code {process.ExitCode}");
        File.Copy(path + ".lock", after + ".lock"); // Not SQLite's, and synced whenever it is written.
        return output;
    }

    private Random Seeded()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_SEED") ?? $"{Environment.ProcessId}", CultureInfo.InvariantCulture);
        output.WriteLine($"NAVARCH_SEED={seed}");
        return new Random(seed);
    }
}
