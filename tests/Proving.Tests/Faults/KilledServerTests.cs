using System.Globalization;

namespace Navarch.Proving.Tests.Faults;

/// <summary>
/// One server over its own database that is killed again and again, at any moment, while clients write. NAVARCH_CRASH_ROUNDS says how
/// often (default 10).
/// </summary>
public sealed class KilledServerTests(ITestOutputHelper output)
{
    private const int RoundsPerGeneration = 4;

    [Fact]
    public async Task Nothing_acknowledged_is_missing_nothing_is_half_there_and_watches_end_with_what_exists()
    {
        Needs.Root();
        var rounds = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_CRASH_ROUNDS") ?? "10", CultureInfo.InvariantCulture);
        using var server = new LocalServer();
        await server.StartAsync(TestContext.Current.CancellationToken);
        await using var load = new Load([server], output);
        load.Follow(4);
        for (var round = 0; round < rounds; round++)
        {
            using var stop = new CancellationTokenSource();
            var writing = load.WriteAsync(8, stop.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(load.Random.Next(20, 600)));

            server.Process.Kill();
            await stop.CancelAsync();
            await writing;
            load.History.Settle(); // There is nobody left who could still carry anything out.
            await StartAsync(server, load.Random, isInterrupted: round % 5 == 4);
            if (round % RoundsPerGeneration == RoundsPerGeneration - 1)
            {
                load.NextGeneration();
            }
        }

        await load.VerifyAsync();
        Assert.All(load.Followers, follower => Assert.True(follower.Watches > 1));
    }

    private static async Task StartAsync(LocalServer server, Random random, bool isInterrupted)
    {
        if (isInterrupted)
        {
            // Killed while it starts, too: that is when it brings the database in order.
            server.Process.Start();
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(600)));
            server.Process.Kill();
        }

        await server.StartAsync(TestContext.Current.CancellationToken);
    }
}
