using System.Globalization;

namespace Navarch.Proving.Tests.Faults;

/// <summary>
/// Clients that write and read while something goes wrong, and watchers that follow; afterwards, whether all of it can be
/// explained. NAVARCH_SEED repeats the choices of a run, though not its timing.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    // Of one generation. Few, so that clients meet.
    private const int Names = 6;

    // Clients whose answers were lost leave operations that may or may not have happened. New names begin without any.
    private const int GenerationsKept = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(60);

    private readonly IReadOnlyList<LocalServer> servers;
    private readonly ITestOutputHelper output;
    private readonly CancellationTokenSource stopWatching = new();
    private readonly List<Task> following = [];
    private readonly int seed;
    private int clients;
    private int generation;

    public Load(IReadOnlyList<LocalServer> servers, ITestOutputHelper output)
    {
        (this.servers, this.output) = (servers, output);
        seed = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_SEED") ?? $"{Environment.ProcessId}", CultureInfo.InvariantCulture);
        Random = new Random(seed);
        output.WriteLine($"NAVARCH_SEED={seed}");
    }

    public History History { get; } = new();

    public Random Random { get; }

    public List<Follower> Followers { get; } = [];

    public void NextGeneration() => generation++;

    /// <summary>Watchers that read each watch for a while, and go on with another on any server.</summary>
    public void Follow(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var follower = new Follower(NewClients(), MapClient.Path, new Random(HashCode.Combine(seed, "watch", i)));
            Followers.Add(follower);
            following.Add(Task.Run(() => follower.RunAsync(stopWatching.Token)));
        }
    }

    /// <summary>Clients that go on until they are told to stop. Throws what they met and could not make sense of.</summary>
    public Task WriteAsync(int count, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, count).Select(_ =>
    {
        var id = Interlocked.Increment(ref clients);
        var random = new Random(HashCode.Combine(seed, id));
        var client = new MapClient(NewClients(), History, id, random, Patience);
        return Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                // An operation that was begun is waited for: what it was told is evidence.
                await client.StepAsync(NameOf(generation - random.Next(Math.Min(generation + 1, GenerationsKept)), random.Next(Names)), CancellationToken.None);
            }
        });
    }));

    /// <summary>Returns when so many more writes were done.</summary>
    public async Task GetsOnAsync(int writes, Task writing)
    {
        var wanted = History.Writes + writes;
        using var limit = new CancellationTokenSource(SettleMax);
        while (History.Writes < wanted)
        {
            if (writing.IsFaulted)
            {
                await writing;
            }

            limit.Token.ThrowIfCancellationRequested();
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    /// <summary>When all is quiet: reads everything through every server, has the watchers come to the end, and judges.</summary>
    public async Task VerifyAsync()
    {
        foreach (var server in servers)
        {
            var reader = new MapClient([server.NewClient()], History, Interlocked.Increment(ref clients), Random, Patience);
            for (var i = 0; i <= generation; i++)
            {
                for (var name = 0; name < Names; name++)
                {
                    await reader.ReadAsync(NameOf(i, name), CancellationToken.None);
                }
            }
        }

        var end = await CreateEndAsync();
        await FollowersAsync(follower => follower.Knows(end));
        output.WriteLine($"{History.Operations.Count} operations: {History.Describe()}; longest time without a write: {History.LongestGapInWrites().TotalMilliseconds:0} ms");
        output.WriteLine($"watchers: {string.Join(", ", Followers.Select(follower => $"{follower.Watches} watches, {follower.Lists} lists"))}");

        Assert.Null(Linearizability.FindViolation(History.Operations));
        Assert.Null(RevisionOrder.FindViolation(History.Operations));
        var final = await FinalAsync();
        Assert.All(Followers, follower => Assert.Equal(final, follower.Objects));
        Assert.All(Followers, follower => Assert.Empty(WrittenAfter(follower.ListedAt).Except(follower.Events)));
        Assert.Contains(History.Operations, operation => operation is { Verb: Verb.Update, Outcome: Outcome.Done });
    }

    public async ValueTask DisposeAsync()
    {
        await stopWatching.CancelAsync();
        await Task.WhenAll(following);
        stopWatching.Dispose();
    }

    /// <summary>Something that all watchers see last. A server that is slow may not say that it was made: then it is another.</summary>
    private async Task<string> CreateEndAsync()
    {
        // With more patience: what was given up may still come true, behind what is taken for the last.
        var client = new MapClient([servers[0].NewClient()], History, Interlocked.Increment(ref clients), Random, SettleMax);
        using var limit = new CancellationTokenSource(SettleMax);
        for (var i = 0; ; i++)
        {
            limit.Token.ThrowIfCancellationRequested();
            var name = $"end-{generation}-{i}";
            await client.CreateAsync(name, CancellationToken.None);
            if (client.Knows(name))
            {
                return name;
            }
        }
    }

    private static string NameOf(int generation, int i) => $"m{generation}-{i}";

    private List<HttpClient> NewClients() => [.. servers.Select(server => server.NewClient())];

    private async Task FollowersAsync(Predicate<Follower> condition)
    {
        using var limit = new CancellationTokenSource(SettleMax);
        while (!Followers.TrueForAll(condition))
        {
            if (following.Find(task => task.IsCompleted) is { } ended)
            {
                await ended; // Throws what it found.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
        }
    }

    /// <summary>The events that whoever watches from a revision on must have seen: those of the writes that were acknowledged.</summary>
    private IEnumerable<string> WrittenAfter(long revision) => History.Operations
        .Where(operation => operation is { Verb: Verb.Create or Verb.Update, Outcome: Outcome.Done } && operation.Revision > revision)
        .Select(write => $"{(write.Verb == Verb.Create ? "ADDED" : "MODIFIED")} {write.Key}@{write.Revision} {write.Value}");

    /// <summary>What a list shows, by a reader who has seen nothing else.</summary>
    private async Task<IReadOnlyList<string>> FinalAsync()
    {
        var reader = new Follower([servers[0].NewClient()], MapClient.Path, Random);
        using var stop = new CancellationTokenSource();
        var run = reader.RunAsync(stop.Token);
        while (reader.Lists == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }

        await stop.CancelAsync();
        await run;
        return reader.Objects;
    }
}
