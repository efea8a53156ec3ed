namespace Navarch.Kubelet.Logs;

/// <summary>What a reader wants of a container's log.</summary>
internal sealed record LogQuery
{
    /// <summary>Goes on with what is written, until the container has ended.</summary>
    public bool Follow { get; init; }

    /// <summary>Lines of the file from its end; null for all.</summary>
    public long? TailLines { get; init; }

    /// <summary>Leaves out what is older.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Writes the time and a blank before each line.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Ends after so many bytes of answer; null for no limit.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>Only this stream; null for both.</summary>
    public LogStream? Stream { get; init; }
}
