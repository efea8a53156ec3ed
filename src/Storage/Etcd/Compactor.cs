using System.Globalization;
using Google.Protobuf;
using Navarch.Storage.Etcd.Wire;

namespace Navarch.Storage.Etcd;

/// <summary>Has history compacted once in an interval, by one of the processes that share the cluster.</summary>
/// <remarks>
/// All wake at about the same time and try to write the same key over the version of it that they know. One succeeds, and
/// compacts what was there at its previous turn; the others learn the new version. Key and meaning are upstream's, so that its
/// servers can take turns with these.
/// </remarks>
internal sealed class Compactor(EtcdClient client, Func<long, CancellationToken, Task> compact, TimeSpan interval, TimeProvider time)
{
    private static readonly ByteString Key = ByteString.CopyFromUtf8("compact_rev_key");

    /// <summary>How often this process was the one that compacted.</summary>
    public int Compactions { get; private set; }

    /// <summary>How often it tried, with whatever success.</summary>
    public int Turns { get; private set; }

    /// <summary>Ends by cancellation.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var (version, revision) = (0L, 0L);
        while (true)
        {
            await Task.Delay(interval, time, ct);
            try
            {
                (version, revision) = await TakeTurnAsync(version, revision, ct);
            }
            catch (Exception e) when (e is EtcdException or StoreException or ArgumentOutOfRangeException)
            {
                // Somebody will do it the next time. What is not compacted costs space only.
            }
            Turns++;
        }
    }

    private async Task<(long Version, long Revision)> TakeTurnAsync(long version, long revision, CancellationToken ct)
    {
        var text = revision.ToString(CultureInfo.InvariantCulture);
        var answer = await client.TryTxnAsync(
            new TxnRequest
            {
                Compare = { new Compare { Key = Key, Target = Compare.Types.CompareTarget.Version, Result = Compare.Types.CompareResult.Equal, Version = version } },
                Success = { new RequestOp { RequestPut = new PutRequest { Key = Key, Value = ByteString.CopyFromUtf8(text) } } },
                Failure = { new RequestOp { RequestRange = new RangeRequest { Key = Key } } },
            },
            ct);
        if (!answer.Succeeded)
        {
            return (answer.Responses[0].ResponseRange.Kvs.FirstOrDefault()?.Version ?? 0, answer.Header.Revision);
        }
        if (revision > 0)
        {
            await compact(revision, ct);
            Compactions++;
        }
        return (version + 1, answer.Header.Revision);
    }
}
