namespace Navarch.Storage;

/// <summary>What became of a write: either <see cref="Committed"/> or <see cref="Conflict"/>.</summary>
public abstract record CommitResult
{
    private CommitResult()
    {
    }

    /// <summary>The change was made and is durable.</summary>
    /// <param name="Event">The change exactly as watchers see it (the same instance).</param>
    public sealed record Committed(StoreEvent Event) : CommitResult
    {
        /// <summary>The revision of the change.</summary>
        public long Revision => Event.ModRevision;

        /// <summary>What the change replaced or deleted; null if it created the key.</summary>
        public StoredValue? Previous => Event.Previous;
    }

    /// <summary>The condition did not hold and nothing was changed.</summary>
    /// <param name="Current">
    /// What the key holds instead; null if it does not exist. The delete of a key that does not exist is a conflict too,
    /// whatever it expected.
    /// </param>
    public sealed record Conflict(StoredValue? Current) : CommitResult;
}
