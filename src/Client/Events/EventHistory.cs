namespace Navarch.Client;

/// <summary>
/// Knows which reports are repetitions. The same report again counts up one event. Many that differ in their text alone become
/// one event as well. And no object reports more than its share. Used by one loop.
/// </summary>
internal sealed class EventHistory(TimeProvider time)
{
    // As upstream has it: users know these figures from the events they see.
    private const int SimilarMax = 10;
    private const int BurstPerObject = 25;
    private const int EntriesMax = 4096;
    private static readonly TimeSpan SimilarWithin = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RefillAfter = TimeSpan.FromMinutes(5);

    private readonly Recent<Entry> entries = new(EntriesMax);
    private readonly Recent<Similar> similars = new(EntriesMax);
    private readonly Recent<Share> shares = new(EntriesMax);

    /// <summary>The event this report belongs to, with the report counted; null when the object has used up its share.</summary>
    public Entry? Admit(EventRecorder.Report report)
    {
        var regarding = report.Regarding;
        var about = $"{regarding.Kind}/{regarding.Namespace}/{regarding.Name}/{regarding.UID}/{regarding.FieldPath}";
        if (!shares.Get(about, () => new Share { FilledAt = report.At }).TryTake(report.At))
        {
            return null;
        }

        var kind = $"{about}/{report.Type}/{report.Reason}";
        var isCombined = similars.Get(kind, () => new Similar()).IsTooMany(report.Message, time.GetUtcNow());
        var entry = entries.Get(isCombined ? kind : $"{kind}/{report.Message}", () => new Entry { FirstAt = report.At });
        entry.Count++;
        entry.Message = isCombined ? $"(combined from similar events): {report.Message}" : report.Message;
        return entry;
    }

    /// <summary>One event as it is in the API.</summary>
    public sealed class Entry
    {
        public int Count { get; set; }

        public string Message { get; set; } = "";

        public DateTimeOffset FirstAt { get; set; }

        /// <summary>Null until it has been written.</summary>
        public NamespacedName? Stored { get; set; }

        public void StartOver(EventRecorder.Report report)
        {
            Count = 1;
            FirstAt = report.At;
            Stored = null;
        }
    }

    private sealed class Similar
    {
        private readonly HashSet<string> messages = new(StringComparer.Ordinal);
        private DateTimeOffset lastAt;

        public bool IsTooMany(string message, DateTimeOffset now)
        {
            if (now - lastAt > SimilarWithin)
            {
                messages.Clear();
            }

            lastAt = now;
            if (messages.Count <= SimilarMax)
            {
                messages.Add(message);
            }

            return messages.Count > SimilarMax;
        }
    }

    private sealed class Share
    {
        private double tokens = BurstPerObject;

        public DateTimeOffset FilledAt { get; set; }

        public bool TryTake(DateTimeOffset now)
        {
            tokens = Math.Min(BurstPerObject, tokens + ((now - FilledAt) / RefillAfter));
            FilledAt = now;
            if (tokens < 1)
            {
                return false;
            }

            tokens--;
            return true;
        }
    }

    /// <summary>A table that forgets what was asked for longest ago.</summary>
    private sealed class Recent<TValue>(int countMax)
    {
        private readonly LinkedList<(string Key, TValue Value)> order = new();
        private readonly Dictionary<string, LinkedListNode<(string Key, TValue Value)>> nodes = new(StringComparer.Ordinal);

        public TValue Get(string key, Func<TValue> make)
        {
            if (nodes.TryGetValue(key, out var known))
            {
                order.Remove(known);
                order.AddFirst(known);
                return known.Value.Value;
            }

            if (nodes.Count == countMax)
            {
                nodes.Remove(order.Last!.Value.Key);
                order.RemoveLast();
            }

            var value = make();
            nodes[key] = order.AddFirst((key, value));
            return value;
        }
    }
}
