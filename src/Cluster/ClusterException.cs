namespace Navarch.Cluster;

/// <summary>
/// Something about the machine or the request that a person must decide about. The message says what happened,
/// <see cref="Advice"/> what to do; the command line prints both on one line and never a stack trace.
/// </summary>
public sealed class ClusterException(string message, string advice, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What the reader can do about it, as a sentence without a final full stop.</summary>
    public string Advice { get; } = advice;
}
