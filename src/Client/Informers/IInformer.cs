using Navarch.Api;

namespace Navarch.Client;

/// <summary>What can be said of an <see cref="Informer{T}"/> without knowing its kind.</summary>
public interface IInformer
{
    ResourceType ResourceType { get; }

    /// <summary>The first list is in, and its callbacks have run.</summary>
    bool HasSynced { get; }

    /// <summary>Called after each step forward in history, also those that change no object. Must be quick.</summary>
    event Action? Advanced;

    /// <summary>Keeps the informer equal to the server's collection. Ends by cancellation only.</summary>
    Task RunAsync(CancellationToken ct);

    Task WaitForSyncAsync(CancellationToken ct);

    /// <summary>Whether the informer shows the collection as it is after <paramref name="write"/>, or later.</summary>
    bool HasSeen(Write write);
}
