namespace Navarch.Storage;

/// <summary>What existed under a prefix at one revision.</summary>
/// <param name="Revision">The revision of the store that was read. Watch from here to miss nothing.</param>
/// <param name="Entries">The entries in key order (UTF-8 bytes).</param>
public sealed record StoreSnapshot(long Revision, IReadOnlyList<StoredValue> Entries);
