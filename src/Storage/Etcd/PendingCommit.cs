namespace Navarch.Storage.Etcd;

/// <summary>A write that is under way, and the events that could be its own.</summary>
/// <param name="expected">What the key's revision must be; 0 if the key must not exist.</param>
internal sealed class PendingCommit(StoreWrite write, long expected)
{
    private readonly Lock gate = new();
    private readonly List<StoreEvent> matches = [];

    public StoreWrite Write { get; } = write;

    public long Expected { get; } = expected;

    /// <summary>Whether the change could be this write: over the same revision, with the same bytes.</summary>
    /// <remarks>
    /// Two writers that ask for the same bytes over the same revision are told apart by the answers they get. Who lost
    /// the answer but sees these bytes, has what it asked for.
    /// </remarks>
    public bool Matches(bool isDelete, ReadOnlySpan<byte> value, long previousRevision) =>
        isDelete == Write.IsDelete && previousRevision == Expected && (isDelete || value.SequenceEqual(Write.Value!.Value.Span));

    public void Add(StoreEvent change)
    {
        lock (gate)
        {
            matches.Add(change);
        }
    }

    /// <summary>The event of <paramref name="revision"/>, if it has come and fits.</summary>
    public StoreEvent? Find(long revision)
    {
        lock (gate)
        {
            return matches.Find(change => change.ModRevision == revision);
        }
    }

    /// <summary>The first event that fits.</summary>
    public StoreEvent? First()
    {
        lock (gate)
        {
            return matches.Count > 0 ? matches[0] : null;
        }
    }
}

/// <summary>The writes of this process that are under way, by key: the events that the cluster sends back are matched with them.</summary>
internal sealed class PendingCommits
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<PendingCommit>> byKey = new(StringComparer.Ordinal);

    public void Add(PendingCommit commit)
    {
        lock (gate)
        {
            if (byKey.TryGetValue(commit.Write.Key, out var others))
            {
                others.Add(commit);
            }
            else
            {
                byKey.Add(commit.Write.Key, [commit]);
            }
        }
    }

    public void Remove(PendingCommit commit)
    {
        lock (gate)
        {
            var commits = byKey[commit.Write.Key];
            commits.Remove(commit);
            if (commits.Count == 0)
            {
                byKey.Remove(commit.Write.Key);
            }
        }
    }

    /// <summary>The writes that a change could be. Mostly none or one.</summary>
    public IReadOnlyList<PendingCommit> Find(string key, bool isDelete, ReadOnlySpan<byte> value, long previousRevision)
    {
        lock (gate)
        {
            if (!byKey.TryGetValue(key, out var commits))
            {
                return [];
            }
            List<PendingCommit>? found = null;
            foreach (var commit in commits)
            {
                if (commit.Matches(isDelete, value, previousRevision))
                {
                    (found ??= []).Add(commit);
                }
            }
            return found ?? (IReadOnlyList<PendingCommit>)[];
        }
    }
}
