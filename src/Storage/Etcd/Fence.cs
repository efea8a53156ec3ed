using Google.Protobuf;
using Navarch.Storage.Etcd.Wire;

namespace Navarch.Storage.Etcd;

/// <summary>
/// Makes sure that a write whose answer was lost is not carried out later. Every write of every process has as a second
/// condition that one key, the fence, is at the revision that the process knows. Who has lost an answer rewrites
/// that key: from then on, what was under way has either happened or never will.
/// </summary>
/// <remarks>
/// Without it, a create that hangs in a paused member could come true minutes after another attempt was acknowledged and its object deleted
/// again: "the key does not exist" would be true a second time. Writers that are hit while the fence moves see it in
/// the answer and try again.
/// </remarks>
internal sealed class Fence(EtcdClient client)
{
    private static readonly ByteString Key = ByteString.CopyFromUtf8("navarch_fence");

    private readonly Lock gate = new();
    private Task moving = Task.CompletedTask;
    private long position;

    /// <summary>Where the fence stands, as far as is known. 0: it was never needed.</summary>
    public long Position => Volatile.Read(ref position);

    /// <summary>Asks where it stands. The answer's header has the revision of the store.</summary>
    public static RangeRequest Question { get; } = new() { Key = Key };

    /// <summary>The same within a transaction.</summary>
    public static RequestOp Asked { get; } = new() { RequestRange = Question };

    /// <summary>The condition that it stands at <paramref name="position"/>.</summary>
    public static Compare IsAt(long position) => new() { Key = Key, Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Equal, ModRevision = position };

    /// <summary>Takes note of an answer to <see cref="Question"/>.</summary>
    public void Learn(RangeResponse answer) => Volatile.Write(ref position, answer.Kvs.Count > 0 ? answer.Kvs[0].ModRevision : 0);

    /// <summary>Returns when the fence stands somewhere else than at <paramref name="old"/>. Everybody who asks meanwhile shares the work.</summary>
    /// <exception cref="EtcdException">It could not be moved in time; nothing is known.</exception>
    public Task MoveAsync(long old, Deadline deadline)
    {
        lock (gate)
        {
            if (Position != old)
            {
                return Task.CompletedTask;
            }
            if (moving.IsCompleted)
            {
                moving = MoveNowAsync(old, deadline);
            }
            return moving;
        }
    }

    private async Task MoveNowAsync(long old, Deadline deadline)
    {
        await Task.Yield(); // Not under the lock.
        var request = new TxnRequest
        {
            Compare = { IsAt(old) },
            Success = { new RequestOp { RequestPut = new PutRequest { Key = Key } } },
            Failure = { Asked },
        };
        for (var attempts = 1; ; attempts++)
        {
            try
            {
                var answer = await client.TryTxnAsync(request, CancellationToken.None);
                if (answer.Succeeded)
                {
                    Volatile.Write(ref position, answer.Header.Revision);
                }
                else
                {
                    Learn(answer.Responses[0].ResponseRange);
                }
                return;
            }
            catch (EtcdException e) when (e.IsTransient && !deadline.HasPassed)
            {
                await client.BackOffAsync(attempts, CancellationToken.None);
            }
        }
    }
}
