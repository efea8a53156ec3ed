namespace Navarch.Storage.Tests;

/// <content>Any sequence of calls, compared with a model.</content>
public abstract partial class RevisionStoreContract
{
    [Fact]
    public async Task A_store_does_what_the_model_does()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_SEED") ?? $"{Environment.ProcessId}");
        TestContext.Current.TestOutputHelper!.WriteLine($"NAVARCH_SEED={seed}");
        var random = new Random(seed);
        var model = new RevisionStoreModel();
        for (var step = 0; step < 1000; step++)
        {
            var key = $"/{(char)('a' + random.Next(3))}/{random.Next(4)}";
            switch (random.Next(100))
            {
                case < 75:
                    var write = AnyWrite(key);
                    Assert.Equal(Describe(model.Commit(write)), Describe(await Store.CommitAsync(write, Ct)));
                    break;
                case < 85:
                    Assert.Equal(Describe(model.Get(key)), Describe(await Store.GetAsync(key, Ct)));
                    break;
                case < 93:
                    var prefix = key[..random.Next(key.Length + 1)];
                    var range = await Store.RangeAsync(prefix, Ct);
                    Assert.Equal(model.Range(prefix).Select(Describe), range.Entries.Select(Describe));
                    Assert.Equal(model.Revision, range.Revision);
                    break;
                case < 96:
                    await Store.CompactAsync(random.NextInt64(1, model.Revision + 1), Ct);
                    break;
                case < 98:
                    await ReopenAsync();
                    break;
                default:
                    await WatchAsync(key[..random.Next(key.Length + 1)], random.NextInt64(Store.CompactedRevision, model.Revision + 1));
                    break;
            }
            Assert.Equal(model.Revision, Store.CurrentRevision);
        }

        StoreWrite AnyWrite(string key)
        {
            long? expected = random.Next(4) switch
            {
                0 => null,
                1 => random.NextInt64(1, model.Revision + 2),
                _ => model.Get(key)?.ModRevision ?? 0,
            };
            return random.Next(3) == 0
                ? StoreWrite.Delete(key, expected == 0 ? null : expected)
                : StoreWrite.Put(key, Bytes(new string('v', random.Next(20))), expected);
        }

        async Task WatchAsync(string prefix, long after)
        {
            var wanted = model.History.Where(change => change.ModRevision > after && change.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            if (wanted.Count > 0)
            {
                await using var watch = Watch(prefix, after);
                await watch.UntilAsync(wanted[^1].ModRevision);
                Assert.Equal(wanted.Select(Describe), watch.Seen.Select(Describe));
            }
        }
    }
}
