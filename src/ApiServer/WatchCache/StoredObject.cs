using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Navarch.Api;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Apply;

namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// One version of one object as every reader shares it: the exact bytes that go on the wire, and what it is selected by.
/// </summary>
internal sealed class StoredObject
{
    // Shared by all objects: a lock each would be memory for a rare need.
    private static readonly Lock[] Makers = [.. Enumerable.Range(0, 32).Select(static _ => new Lock())];

    private readonly Kind kind;
    private readonly int versionAt;
    private readonly int versionLength;
    private IResource? value;
    private ProtobufForm? protobuf;

    private StoredObject(Kind kind, string key, long revision, byte[] json, int versionAt, int versionLength, Map<string> labels, string[] fields, string @namespace, string name, IResource? value)
    {
        this.kind = kind;
        this.versionAt = versionAt;
        this.versionLength = versionLength;
        this.value = value;
        Key = key;
        Revision = revision;
        Json = json;
        Labels = labels;
        Fields = fields;
        Namespace = @namespace;
        Name = name;
    }

    /// <summary><c>namespace/name</c>, or the name alone.</summary>
    public string Key { get; }

    public string Namespace { get; }

    public string Name { get; }

    /// <summary>The revision that wrote this version; 0 for one that was not written (a dry run).</summary>
    public long Revision { get; }

    /// <summary>The object on the wire, kind and apiVersion first.</summary>
    public byte[] Json { get; }

    public Map<string> Labels { get; }

    /// <summary>Values of the kind's selectable fields, in the order of <see cref="Kind.FieldNames"/>.</summary>
    public string[] Fields { get; }

    /// <summary>
    /// The typed object. Kept where components in this process read the kind, else decoded anew each time: a record
    /// costs several times the memory of its JSON.
    /// </summary>
    public IResource Value
    {
        get
        {
            // Two threads may both decode; they make equal values, and either may stay.
            var known = Volatile.Read(ref value);
            if (known is null)
            {
                known = kind.Parse(Json);
                if (kind.Objects.KeepsValues)
                {
                    known = known.WithMetadata(known.Metadata with { ManagedFields = SharedOwners.In(known.Metadata.ManagedFields, Json) });
                    Volatile.Write(ref value, known);
                }
            }

            return known;
        }
    }

    /// <summary>The object in protobuf, in its envelope. Made when first asked for and kept while it is asked for.</summary>
    public ReadOnlyMemory<byte> Protobuf
    {
        get
        {
            if (Volatile.Read(ref protobuf)?.Read() is { } known)
            {
                return known;
            }

            // A thousand watchers come at the same moment: one of them encodes.
            lock (Makers[RuntimeHelpers.GetHashCode(this) % Makers.Length])
            {
                if (Volatile.Read(ref protobuf)?.Read() is { } made)
                {
                    return made;
                }

                var bytes = Kind.ToProtobuf(Value);
                Volatile.Write(ref protobuf, kind.Objects.Protobuf?.Keep(bytes));
                return bytes;
            }
        }
    }

    /// <summary>The object as an element of a list: without kind and apiVersion. To be preceded by <c>{</c>.</summary>
    public ReadOnlySpan<byte> ItemTail => Json.AsSpan(1 + kind.TypePrefix.Length);

    /// <summary>The object that <paramref name="prepared"/> became at <paramref name="revision"/>.</summary>
    public static StoredObject From(PreparedObject prepared, long revision, bool keepValue)
    {
        Span<byte> version = stackalloc byte[48];
        var length = revision > 0 ? Version(version, revision) : 0;
        var at = prepared.VersionPosition;
        var json = new byte[prepared.Json.Length + length];
        prepared.Json.AsSpan(0, at).CopyTo(json);
        version[..length].CopyTo(json.AsSpan(at));
        prepared.Json.AsSpan(at).CopyTo(json.AsSpan(at + length));
        var value = !keepValue ? null : revision > 0 ? WithVersion(prepared.Value, revision, json) : prepared.Value;
        return new StoredObject(
            prepared.Kind, prepared.Key, revision, json, at, length, prepared.Labels, prepared.Fields, prepared.Namespace, prepared.Name, value);
    }

    /// <summary>An object as another version of its kind shows it.</summary>
    public static StoredObject Shown(Kind kind, StoredObject stored, IResource value) =>
        new(kind, stored.Key, stored.Revision, Api.Json.ApiJson.ToUtf8(value), 0, 0, stored.Labels, stored.Fields, stored.Namespace, stored.Name, value);

    /// <summary>
    /// The same object under a later version: what a watcher is shown when the object is deleted or leaves its selection.
    /// </summary>
    public StoredObject WithRevision(long revision)
    {
        Span<byte> version = stackalloc byte[48];
        var length = Version(version, revision);
        var json = new byte[Json.Length - versionLength + length];
        Json.AsSpan(0, versionAt).CopyTo(json);
        version[..length].CopyTo(json.AsSpan(versionAt));
        Json.AsSpan(versionAt + versionLength).CopyTo(json.AsSpan(versionAt + length));
        var later = value is null ? null : WithVersion(value, revision, json);
        return new StoredObject(kind, Key, revision, json, versionAt, length, Labels, Fields, Namespace, Name, later);
    }

    /// <summary>Whether this is the same but for the version.</summary>
    public bool HasContent(PreparedObject prepared) =>
        prepared.Json.Length + versionLength == Json.Length
        && prepared.VersionPosition == versionAt
        && Json.AsSpan(0, versionAt).SequenceEqual(prepared.Json.AsSpan(0, versionAt))
        && Json.AsSpan(versionAt + versionLength).SequenceEqual(prepared.Json.AsSpan(versionAt));

    /// <summary>Whether this is the same but for the version and the owners of its fields.</summary>
    public bool HasContentButOwners(PreparedObject prepared)
    {
        var (mine, theirs) = (UpdateRecorder.FindOwners(Json), UpdateRecorder.FindOwners(prepared.Json));
        var (mineAt, mineLength) = mine.GetOffsetAndLength(Json.Length);
        var (theirsAt, theirsLength) = theirs.GetOffsetAndLength(prepared.Json.Length);
        return mineLength > 0 && theirsLength > 0
            && prepared.VersionPosition == versionAt
            && mineAt == theirsAt + versionLength
            && Json.Length - mineLength - versionLength == prepared.Json.Length - theirsLength
            && Json.AsSpan(0, versionAt).SequenceEqual(prepared.Json.AsSpan(0, versionAt))
            && Json.AsSpan((versionAt + versionLength)..mineAt).SequenceEqual(prepared.Json.AsSpan(versionAt..theirsAt))
            && Json.AsSpan(mineAt + mineLength).SequenceEqual(prepared.Json.AsSpan(theirsAt + theirsLength));
    }

    private static IResource WithVersion(IResource value, long revision, byte[] json) =>
        value.WithMetadata(value.Metadata with { ResourceVersion = Revisions.Text(revision), ManagedFields = SharedOwners.In(value.Metadata.ManagedFields, json) });

    private static int Version(Span<byte> to, long revision)
    {
        ",\"resourceVersion\":\""u8.CopyTo(to);
        Utf8Formatter.TryFormat(revision, to[20..], out var digits);
        to[20 + digits] = (byte)'"';
        return 21 + digits;
    }
}
