using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Apply;

namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// Lets the owners of a decoded object share memory with its JSON: they can be as large as the object itself, and hardly
/// anybody in this process reads them.
/// </summary>
internal static class SharedOwners
{
    private static ReadOnlySpan<byte> Name => "\"fieldsV1\":"u8;

    /// <summary>The same entries, whose sets lie in <paramref name="json"/>.</summary>
    /// <param name="entries">The owners of the object that <paramref name="json"/> is.</param>
    public static IReadOnlyList<ManagedFieldsEntry> In(IReadOnlyList<ManagedFieldsEntry> entries, byte[] json)
    {
        if (entries.Count == 0)
        {
            return entries;
        }

        var (at, length) = UpdateRecorder.FindOwners(json).GetOffsetAndLength(json.Length);
        var end = at + length;
        var shared = new ManagedFieldsEntry[entries.Count];
        for (var i = 0; i < shared.Length; i++)
        {
            shared[i] = entries[i];
            if (entries[i].FieldsV1 is not { } fields)
            {
                continue;
            }

            // In a string the quotes would be escaped, so that this is the member.
            var found = json.AsSpan(at..end).IndexOf(Name);
            var start = at + found + Name.Length;
            if (found < 0 || end - start < fields.Json.Length || !json.AsSpan(start, fields.Json.Length).SequenceEqual(fields.Json.Span))
            {
                return entries; // Not as this program writes it.
            }

            shared[i] = entries[i] with { FieldsV1 = new RawExtension(json.AsMemory(start, fields.Json.Length)) };
            at = start + fields.Json.Length;
        }

        return shared;
    }
}
