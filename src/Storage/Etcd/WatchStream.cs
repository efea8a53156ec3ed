using Google.Protobuf;
using Navarch.Storage.Etcd.Wire;

namespace Navarch.Storage.Etcd;

/// <summary>Every change of the cluster after one revision, as one member tells it.</summary>
/// <remarks>
/// All keys are watched, not only ours: then every revision arrives, in order, and having received a revision is proof of
/// having received all before it. Progress notifications would prove the same for some of the keys, but members before
/// 3.4.25 and 3.5.8 send them ahead of events that they still hold. They serve as a sign of life here.
/// </remarks>
internal sealed class WatchStream : IAsyncDisposable
{
    private static readonly WatchRequest Progress = new() { ProgressRequest = new WatchProgressRequest() };
    private static readonly ByteString Everything = ByteString.CopyFrom(0);

    private readonly GrpcDuplex call;
    private readonly long after;
    private List<Event> parted = [];
    private long heard;

    public WatchStream(GrpcEndpoint member, long after, CancellationToken ct)
    {
        this.after = after;
        call = EtcdClient.OpenWatch(member, ct);
        call.Send(new WatchRequest
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = Everything,
                RangeEnd = Everything,
                // From the last one that is known, not the one after it: a delete at the compacted revision itself is
                // forgotten too, and a watch that begins one later would not be told.
                StartRevision = Math.Max(after, 1),
                PrevKv = true,
                Fragment = true,
            },
        });
    }

    /// <summary>How many messages have come.</summary>
    public long Heard => Volatile.Read(ref heard);

    /// <summary>Which cluster the member belongs to; 0 until the first message.</summary>
    public ulong ClusterId { get; private set; }

    /// <summary>The next changes: whole revisions, in order. None when the member only said something about itself.</summary>
    /// <exception cref="CompactedException">They are not all retained.</exception>
    /// <exception cref="EtcdException">The member ended the watch, or is out of reach.</exception>
    public async ValueTask<IReadOnlyList<Event>> ReadAsync()
    {
        var message = await call.ReadAsync(WatchResponse.Parser) ?? throw Ended("the member ended it");
        Volatile.Write(ref heard, heard + 1);
        ClusterId = message.Header?.ClusterId ?? ClusterId;
        if (message.Canceled)
        {
            throw message.CompactRevision > 0 ? new CompactedException(after, message.CompactRevision) : Ended(message.CancelReason);
        }

        var events = message.Events.SkipWhile(change => change.Kv.ModRevision <= after).ToList();
        if (parted.Count > 0)
        {
            events.InsertRange(0, parted);
            parted = [];
        }
        if (message.Fragment && events.Count > 0)
        {
            var last = events[^1].Kv.ModRevision;
            var whole = events.FindIndex(change => change.Kv.ModRevision == last);
            parted = events[whole..];
            events.RemoveRange(whole, events.Count - whole);
        }
        return events;
    }

    /// <summary>Asks for a sign of life.</summary>
    public void Ask() => call.Send(Progress);

    /// <summary>Makes the pending read fail.</summary>
    public void Abandon() => call.Abandon();

    public ValueTask DisposeAsync() => call.DisposeAsync();

    private static EtcdException Ended(string why) => new(GrpcCode.Unavailable, $"the watch ended: {why}", wasSent: true);
}
