namespace Navarch.ApiServer.Admission.EventLimits;

/// <summary>A bucket for each name: it fills by so many a second up to a burst, and whoever comes takes one, if there is one.</summary>
/// <param name="namesMax">How many names are remembered: the one that was not heard of for longest is forgotten.</param>
internal sealed class TokenBuckets(int perSecond, int burst, int namesMax, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<Bucket>> buckets = [];

    // The first was used last.
    private readonly LinkedList<Bucket> order = [];

    public bool TryTake(string name)
    {
        var now = time.GetTimestamp();
        lock (gate)
        {
            if (!buckets.TryGetValue(name, out var node))
            {
                if (buckets.Count == namesMax)
                {
                    buckets.Remove(order.Last!.Value.Name);
                    order.RemoveLast();
                }

                node = buckets[name] = new LinkedListNode<Bucket>(new Bucket(name, burst, now));
            }
            else
            {
                order.Remove(node);
            }

            order.AddFirst(node);
            var bucket = node.Value;
            var content = Math.Min(burst, bucket.Content + (time.GetElapsedTime(bucket.Since, now).TotalSeconds * perSecond));
            var takes = content >= 1;
            node.Value = bucket with { Content = takes ? content - 1 : content, Since = now };
            return takes;
        }
    }

    private readonly record struct Bucket(string Name, double Content, long Since);
}
