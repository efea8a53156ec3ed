using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Apply;

namespace Navarch.ApiServer.Registry;

/// <summary>Keeps <c>metadata.managedFields</c> true when somebody writes without applying.</summary>
/// <remarks>
/// What is recorded is what the caller asked for, defaults included: before admission and before the kind's own rules.
/// So nobody owns what the server makes of it, and nobody is in conflict with the server.
/// </remarks>
internal static class Ownership
{
    private const string UnknownManager = "unknown";
    private const string ServerManager = "kube-apiserver";

    private static readonly ManagedFieldsEntry Nobody = new();

    [ThreadStatic]
    private static UpdateRecorder? recorder;

    /// <summary>This thread's recorder.</summary>
    public static UpdateRecorder Recorder => recorder ??= new UpdateRecorder();

    /// <summary>The owners of an object that is to be created.</summary>
    public static IReadOnlyList<ManagedFieldsEntry> OfNew(Kind kind, IResource value, WriteOptions options, DateTimeOffset now)
    {
        var given = value.Metadata.ManagedFields;
        return options.IsApply ? given : Record(kind, Understood(given) ?? [], null, value, UpdateScope.Main, options, now);
    }

    /// <summary>The owners of an object after an update.</summary>
    public static IReadOnlyList<ManagedFieldsEntry> OfChanged(Kind kind, IResource value, StoredObject old, UpdateScope scope, WriteOptions options, DateTimeOffset now)
    {
        var given = value.Metadata.ManagedFields;
        var live = old.Value.Metadata.ManagedFields;
        if (options.IsApply)
        {
            return given;
        }

        // A single empty entry is how a client asks to forget all owners. An empty list is how one that does not know of
        // owners writes the object back.
        var owners = given.Count == 0 || ReferenceEquals(given, live) || Same.Lists(given, live) ? live
            : given is [var only] && only.Equals(Nobody) ? []
            : Understood(given) ?? live;
        if (scope == UpdateScope.Unowned)
        {
            return live;
        }

        // Objects whose owners are forgotten stay so, until somebody applies.
        if (owners.Count == 0)
        {
            return owners;
        }

        return Record(kind, owners, old, value, scope, options, now);
    }

    /// <summary>The owners of an object that admission may have changed. Whoever broke them, they stay as they were.</summary>
    public static IReadOnlyList<ManagedFieldsEntry> AfterAdmission(IReadOnlyList<ManagedFieldsEntry> given, IReadOnlyList<ManagedFieldsEntry> before, List<string> warnings)
    {
        if (ReferenceEquals(given, before) || Same.Lists(given, before))
        {
            return before;
        }

        if (Understood(given) is { } understood)
        {
            return understood;
        }

        warnings.Add(
            ".metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: "
            + "an entry cannot be understood");
        return before;
    }

    /// <summary>Whether two lists of owners differ in nothing but times.</summary>
    public static bool AreSameButTimes(IReadOnlyList<ManagedFieldsEntry> left, IReadOnlyList<ManagedFieldsEntry> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        // Times decide the order too.
        foreach (var entry in left)
        {
            var isFound = false;
            foreach (var other in right)
            {
                isFound |= entry.Manager == other.Manager && entry with { Time = null } == other with { Time = null };
            }

            if (!isFound)
            {
                return false;
            }
        }

        return true;
    }

    public static Manager ManagerOf(Kind kind, WriteOptions options, DateTimeOffset now) => new(
        options.FieldManager.Length > 0 ? options.FieldManager : ReferenceEquals(options.User, UserInfo.Server) ? ServerManager : UnknownManager,
        kind.Type.ApiVersion, options.Subresource, MetadataRules.WholeSeconds(now));

    private static IReadOnlyList<ManagedFieldsEntry> Record(
        Kind kind, IReadOnlyList<ManagedFieldsEntry> owners, StoredObject? old, IResource value, UpdateScope scope, WriteOptions options, DateTimeOffset now)
    {
        var others = OtherVersions.Take(kind, ref owners, mine: null);
        var before = old is null ? kind.EmptyJson : kind.Show(old).Json;
        var after = Recorder.Record(
            owners, ManagerOf(kind, options, now), before, old is null ? default : UpdateRecorder.FindOwners(before), Kind.Text(kind.Show(value)).Span, kind.Schema, kind.UntrackedIn(scope));
        return others is null ? after : UpdateRecorder.Join(after, others.Keep(old, value, scope, out _));
    }

    // Owners as a client wrote them, as this server writes them; null when they cannot be understood, and are then ignored.
    private static List<ManagedFieldsEntry>? Understood(IReadOnlyList<ManagedFieldsEntry> given)
    {
        var entries = new List<ManagedFieldsEntry>(given.Count);
        foreach (var entry in given)
        {
            if (entry is not { Operation: FieldOperation.Apply or FieldOperation.Update, APIVersion.Length: > 0, FieldsType: "FieldsV1" })
            {
                return null;
            }

            try
            {
                var fields = FieldSet.Parse(entry.FieldsV1 is { } set ? set.Json.Span : "{}"u8);
                entries.Add(entry with { FieldsV1 = new RawExtension(fields.ToUtf8()) });
            }
            catch (ApiJsonException)
            {
                return null;
            }
        }

        return entries;
    }
}
