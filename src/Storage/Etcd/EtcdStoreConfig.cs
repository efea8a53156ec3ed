namespace Navarch.Storage.Etcd;

/// <summary>Which cluster, how it is reached, and the bounds of the engine.</summary>
public sealed record EtcdStoreConfig
{
    /// <summary>The members, such as <c>https://10.0.0.1:2379</c>. Any of them will do; the others are for when it fails.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>How members and this client know each other; null for <c>http</c>.</summary>
    public EtcdTls? Tls { get; init; }

    /// <summary>How often what is old is compacted, by one of the processes that share the cluster. As often as upstream's.</summary>
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one member may take to answer before another is asked. Longer than an fsync of a slow disk, shorter than people wait.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long connecting to one member may take. One behind a cut cable does not even refuse; the next is asked then.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a call is tried, with whatever members, before its caller is told.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>After this long without a word from the member that is watched, it is asked for one; after as long again, it is left for another.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest value that is accepted, in bytes. Members have a limit of their own, of 1.5 MiB for a whole request unless told otherwise.</summary>
    public int ValueBytesMax { get; init; } = 8 << 20;

    /// <summary>How many bytes of events a watcher may leave unread before it is cut off.</summary>
    public long WatchQueueBytesMax { get; init; } = 32 << 20;
}
