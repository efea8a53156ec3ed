namespace Navarch.Proving;

/// <summary>What a client asked of a key.</summary>
public enum Verb
{
    /// <summary>To set a value where there is none.</summary>
    Create,

    /// <summary>To replace the value it names.</summary>
    Update,

    /// <summary>To remove the value it names, or any.</summary>
    Delete,

    Read,
}

/// <summary>What a client was told.</summary>
public enum Outcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>Not done: the key does not exist.</summary>
    Absent,

    /// <summary>Not done: the key exists, for a create; or holds something else than was named.</summary>
    Conflict,

    /// <summary>Nobody knows: the answer was lost. A write may take effect at any time from its invocation on, or never.</summary>
    Unknown,
}

/// <summary>
/// One operation of one client on one key. Every value is written by one operation only, and so names the write it came from.
/// </summary>
public sealed record Operation
{
    public required int Client { get; init; }

    public required string Key { get; init; }

    public required Verb Verb { get; init; }

    /// <summary>What is written; of a read, what was seen. Null: nothing.</summary>
    public string? Value { get; init; }

    /// <summary>The value that must be there for an update or a delete; null for a delete of whatever is there.</summary>
    public string? Expected { get; init; }

    public required Outcome Outcome { get; init; }

    /// <summary>The store's revision of the value written or seen; 0 where the answer does not tell.</summary>
    public long Revision { get; init; }

    /// <summary>The place of the call and of the answer in the one order of all calls and answers.</summary>
    public required long Invoked { get; init; }

    /// <summary>
    /// <see cref="long.MaxValue"/> for an unknown outcome: it is never over. Less when it is certain that nothing happens any more.
    /// </summary>
    public required long Returned { get; init; }

    public override string ToString()
    {
        var end = Returned == long.MaxValue ? "..." : $"{Returned}";
        var what = Verb switch
        {
            Verb.Create => $"create {Value}",
            Verb.Update => $"update {Expected} to {Value}",
            Verb.Delete => $"delete {Expected ?? "whatever is there"}",
            _ => $"read {(Outcome == Outcome.Done ? Value : "nothing")}",
        };
        return $"[{Invoked}, {end}] client {Client}: {what}{(Verb == Verb.Read ? "" : $": {Outcome}")}{(Revision > 0 ? $" at {Revision}" : "")}";
    }
}
