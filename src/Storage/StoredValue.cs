namespace Navarch.Storage;

/// <summary>One entry of the store as one revision left it.</summary>
/// <param name="Key">The full key.</param>
/// <param name="Value">The bytes as they were written. Not to be changed by anyone.</param>
/// <param name="CreateRevision">The revision that created the key, since it last did not exist.</param>
/// <param name="ModRevision">The revision that wrote this value.</param>
/// <param name="Version">1 for the value that created the key, one more for each that replaced it.</param>
public sealed record StoredValue(string Key, ReadOnlyMemory<byte> Value, long CreateRevision, long ModRevision, long Version);
