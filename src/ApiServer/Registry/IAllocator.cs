using Navarch.Api;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Registry;

/// <summary>Gives out what only one object may have, such as a service's address.</summary>
internal interface IAllocator
{
    /// <summary>
    /// Fills in what the object does not ask for by name, and sets everything aside until the reservation ends: if the
    /// object was stored, the allocator has learned so from its event by then.
    /// </summary>
    /// <param name="old">The object before an update; null for a create.</param>
    /// <param name="isDryRun">Nothing is to be stored: others need not know.</param>
    ValueTask<Reservation> ReserveAsync(IResource value, IResource? old, bool isDryRun, FieldErrors errors, CancellationToken ct);

    /// <summary>Called after each write of an object, before it is answered. Does not throw: the object is stored.</summary>
    /// <param name="before">What was there before the write; null after a create.</param>
    /// <param name="after">What is there now; null after a delete.</param>
    Task SettleAsync(string key, IResource? before, IResource? after, CancellationToken ct);
}

/// <summary>What was set aside for a write that is not decided yet.</summary>
/// <param name="value">The object with what was reserved for it.</param>
/// <param name="end">Called when the write is over.</param>
/// <param name="release">Gives back what other servers were told; null where they were not told anything.</param>
internal sealed class Reservation(IResource value, Action end, Func<Task>? release) : IAsyncDisposable
{
    public IResource Value => value;

    /// <summary>Set before the write, and taken back where it is certain that it was not made: what may be stored must stay set aside.</summary>
    public bool IsSpent { get; set; }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!IsSpent && release is not null)
            {
                await release();
            }
        }
        finally
        {
            end();
        }
    }
}
