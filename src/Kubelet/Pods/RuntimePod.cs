namespace Navarch.Kubelet.Pods;

/// <summary>What the runtime has of one pod, seen at one moment.</summary>
/// <param name="Sandboxes">Newest first. At most the first is in use; the others are remains.</param>
/// <param name="Containers">Of all sandboxes, newest first.</param>
internal sealed record RuntimePod(
    string Uid, string Namespace, string Name, IReadOnlyList<RuntimeSandbox> Sandboxes, IReadOnlyList<RuntimeContainer> Containers)
{
    public RuntimeSandbox? Sandbox => Sandboxes.Count > 0 ? Sandboxes[0] : null;

    public static RuntimePod None(string uid, string @namespace, string name) => new(uid, @namespace, name, [], []);

    /// <summary>The newest container of that name, in whichever sandbox.</summary>
    public RuntimeContainer? Find(string name) => Containers.FirstOrDefault(container => container.Name == name);

    /// <summary>The newest container of that name in the sandbox that is in use.</summary>
    public RuntimeContainer? FindCurrent(string name) =>
        Containers.FirstOrDefault(container => container.Name == name && container.SandboxId == Sandbox?.Id);

    /// <summary>The one before <paramref name="container"/>, if the runtime still has it.</summary>
    public RuntimeContainer? FindPrevious(RuntimeContainer container) =>
        Containers.FirstOrDefault(other => other.Name == container.Name && other.Attempt < container.Attempt);

    public IEnumerable<RuntimeContainer> Running => Containers.Where(container => container.State == RuntimeState.Running);

    public bool IsEmpty => Sandboxes.Count == 0 && Containers.Count == 0;
}

/// <summary>The pod's network and the process that holds it.</summary>
/// <param name="IPs">Empty for a pod on the node's network.</param>
internal sealed record RuntimeSandbox(string Id, int Attempt, bool IsReady, DateTimeOffset CreatedAt, IReadOnlyList<string> IPs)
{
    public bool Equals(RuntimeSandbox? other) =>
        other is not null && Id == other.Id && IsReady == other.IsReady && IPs.SequenceEqual(other.IPs);

    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);
}

internal enum RuntimeState
{
    /// <summary>Made but not started.</summary>
    Created,
    Running,
    Exited,

    /// <summary>The runtime lost track of it. It must be stopped and made anew.</summary>
    Unknown,
}

/// <summary>One run of a container.</summary>
internal sealed record RuntimeContainer
{
    public required string Id { get; init; }

    public required string SandboxId { get; init; }

    public required string Name { get; init; }

    /// <summary>Counts the runs of the container, from 0.</summary>
    public int Attempt { get; init; }

    public RuntimeState State { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public int ExitCode { get; init; }

    /// <summary>The runtime's word for the end: Completed, Error, OOMKilled, StartError.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The container's own last words, or the runtime's.</summary>
    public string Message { get; init; } = "";

    /// <summary>The image's name, as the runtime knows it.</summary>
    public string Image { get; init; } = "";

    /// <summary>The image's digest or ID.</summary>
    public string ImageId { get; init; } = "";

    /// <summary><see cref="ContainerHash"/> of the container's definition when it was made.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Seconds between the request to stop and the kill, as the definition said when it was made.</summary>
    public long? GraceSeconds { get; init; }
}
