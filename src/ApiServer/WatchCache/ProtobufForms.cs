namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// Keeps the protobuf bytes of objects for as long as somebody reads them: made once when first asked for, shared by all
/// watchers, forgotten when nobody has asked for them lately, the oldest first when there are too many.
/// </summary>
/// <param name="bytesMax">What is kept at most.</param>
internal sealed class ProtobufForms(TimeProvider time, long bytesMax = 64L << 20) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    // Guards everything below. The queue knows the bytes but not the objects: a version that nobody else holds is free to go.
    private readonly Lock gate = new();
    private readonly Queue<ProtobufForm> queue = [];
    private long bytes;
    private ITimer? timer;
    private bool isTicking;

    /// <summary>What is kept now.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return bytes;
            }
        }
    }

    public ProtobufForm Keep(byte[] made)
    {
        var form = new ProtobufForm(made);
        lock (gate)
        {
            queue.Enqueue(form);
            bytes += made.Length;
            while (bytes > bytesMax && queue.TryDequeue(out var oldest))
            {
                ForgetLocked(oldest);
            }

            // It ticks only while there is something to forget.
            if (!isTicking)
            {
                isTicking = true;
                timer ??= time.CreateTimer(static forms => ((ProtobufForms)forms!).ForgetUnread(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                timer.Change(Period, Period);
            }
        }

        return form;
    }

    /// <summary>Forgets what was not read since the last call.</summary>
    internal void ForgetUnread()
    {
        lock (gate)
        {
            for (var left = queue.Count; left > 0; left--)
            {
                var form = queue.Dequeue();
                if (form.TakeMark())
                {
                    queue.Enqueue(form);
                }
                else
                {
                    ForgetLocked(form);
                }
            }

            if (queue.Count == 0 && isTicking)
            {
                isTicking = false;
                queue.TrimExcess();
                timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose() => timer?.Dispose();

    private void ForgetLocked(ProtobufForm form) => bytes -= form.Forget();
}

/// <summary>The protobuf bytes of one object, until they are forgotten.</summary>
internal sealed class ProtobufForm(byte[] bytes)
{
    private byte[]? kept = bytes;
    private bool wasRead = true;

    /// <summary>Null once they are forgotten.</summary>
    public byte[]? Read()
    {
        // Written only when it changes: a thousand watchers must not fight for the cache line.
        if (!Volatile.Read(ref wasRead))
        {
            Volatile.Write(ref wasRead, true);
        }

        return Volatile.Read(ref kept);
    }

    public bool TakeMark()
    {
        var mark = Volatile.Read(ref wasRead);
        Volatile.Write(ref wasRead, false);
        return mark;
    }

    public int Forget() => Interlocked.Exchange(ref kept, null)?.Length ?? 0;
}
