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
    Reservation Reserve(IResource value, IResource? old, FieldErrors errors);

    /// <summary>Called after each write of an object, before it is answered. Does not throw: the object is stored.</summary>
    Task SettleAsync(string key, CancellationToken ct);
}

/// <summary>What was set aside for a write that is not decided yet.</summary>
/// <param name="Value">The object with what was reserved for it.</param>
internal sealed record Reservation(IResource Value, Action? End) : IDisposable
{
    public void Dispose() => End?.Invoke();
}
