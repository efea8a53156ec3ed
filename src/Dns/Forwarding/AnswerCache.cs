using Navarch.Dns.Messages;

namespace Navarch.Dns.Forwarding;

/// <summary>Answers of other servers for as long as they say, and not more of them than there is room for: who was not asked for longest goes first.</summary>
internal sealed class AnswerCache(int entriesMax, TimeProvider time)
{
    // A larger answer is rare and costs what many small ones do.
    private const int BytesMax = 4096;

    private readonly Lock guard = new();
    private readonly Dictionary<byte[], LinkedListNode<Entry>> entries = new(WireBytes.Comparer);
    private readonly LinkedList<Entry> byUse = new(); // The last one is the first to go.

    public int Count
    {
        get
        {
            lock (guard)
            {
                return entries.Count;
            }
        }
    }

    /// <param name="age">Seconds since the answer came.</param>
    public UpstreamAnswer? Find(ReadOnlySpan<byte> key, out uint age)
    {
        age = 0;
        lock (guard)
        {
            if (!entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var node))
            {
                return null;
            }

            age = (uint)time.GetElapsedTime(node.Value.At).TotalSeconds;
            if (age >= node.Value.Answer.Seconds)
            {
                RemoveLocked(node);
                return null;
            }

            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value.Answer;
        }
    }

    public void Keep(byte[] key, UpstreamAnswer answer)
    {
        if (answer.Seconds == 0 || answer.Message.Length > BytesMax)
        {
            return;
        }

        lock (guard)
        {
            if (entries.TryGetValue(key, out var former))
            {
                RemoveLocked(former);
            }
            else if (entries.Count >= entriesMax)
            {
                RemoveLocked(byUse.Last!);
            }

            entries[key] = byUse.AddFirst(new Entry(key, answer, time.GetTimestamp()));
        }
    }

    private void RemoveLocked(LinkedListNode<Entry> node)
    {
        entries.Remove(node.Value.Key);
        byUse.Remove(node);
    }

    private sealed record Entry(byte[] Key, UpstreamAnswer Answer, long At);
}
