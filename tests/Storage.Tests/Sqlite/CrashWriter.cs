using System.Text;
using Navarch.Storage.Sqlite;

namespace Navarch.Storage.Tests.Sqlite;

/// <summary>
/// The process that the crash test kills: writers that each own some keys, and that print every acknowledged write as
/// <c>revision key value</c> (value <c>-</c> for a deletion). Runs until it is killed or its output is closed.
/// </summary>
internal static class CrashWriter
{
    public const string Command = "--crash-writer";

    public const int Writers = 8;

    private const int KeysPerWriter = 5;
    private const int RevisionsKept = 2000;

    public static async Task<int> RunAsync(string path, int seed)
    {
        // A short log, so that checkpoints, too, are interrupted.
        var config = new SqliteStoreConfig { Path = path, LogBytesMax = 256 << 10 };
        await using var store = await SqliteRevisionStore.OpenAsync(config, TimeProvider.System, CancellationToken.None);
        using var output = Console.OpenStandardOutput();
        var gate = new Lock();

        Print($"{store.CurrentRevision} open -");
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer)))
            .Append(Task.Run(CompactAsync)));
        return 0;

        async Task WriteAsync(int writer)
        {
            var random = new Random(HashCode.Combine(seed, writer));
            for (var i = 0; ; i++)
            {
                var key = $"/{writer}/{random.Next(KeysPerWriter)}";
                var current = await store.GetAsync(key, CancellationToken.None);
                var value = $"{seed}-{i}-{new string('x', random.Next(3000))}";
                var write = current is not null && random.Next(4) == 0
                    ? StoreWrite.Delete(key, current.ModRevision)
                    : StoreWrite.Put(key, Encoding.UTF8.GetBytes(value), current?.ModRevision ?? 0);
                var committed = (CommitResult.Committed)await store.CommitAsync(write, CancellationToken.None);
                Print($"{committed.Revision} {key} {(write.IsDelete ? "-" : value)}");
            }
        }

        async Task CompactAsync()
        {
            while (true)
            {
                await store.CompactAsync(Math.Max(1, store.CurrentRevision - RevisionsKept), CancellationToken.None);
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }

        void Print(string line)
        {
            lock (gate)
            {
                output.Write(Encoding.ASCII.GetBytes(line + "\n"));
            }
        }
    }
}
