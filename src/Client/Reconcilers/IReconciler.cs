namespace Navarch.Client;

/// <summary>
/// Makes one object (and what belongs to it) as it should be. Called for one key by one worker at a time; says nothing about how
/// often. Reads from informers, writes through the client, keeps no other state.
/// </summary>
public interface IReconciler
{
    /// <summary>For logs and metrics, such as <c>replicaset</c>.</summary>
    string Name { get; }

    /// <summary>Which changes put which keys in the queue. All their informers have synced before the first key is handled.</summary>
    IEnumerable<Trigger> Triggers { get; }

    /// <summary>Whatever it throws makes the key come back later, and only that key.</summary>
    Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct);
}
