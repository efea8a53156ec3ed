using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;

namespace Navarch.Machinery.Apply;

/// <summary>
/// Keeps <c>metadata.managedFields</c> true when somebody creates, replaces or patches an object: the writer owns what
/// it added or changed, whoever owned it before, and what is removed has no owner.
/// </summary>
/// <remarks>
/// Runs on every write. It compares the texts of the two versions, skipping what is byte for byte the same, and joins the
/// outcome with the stored sets without making objects of either: see <see cref="JsonIndex"/> and <see cref="FieldTree"/>.
/// The rules are stated in <see cref="Comparison"/>. One instance serves one thread at a time.
/// </remarks>
public sealed partial class UpdateRecorder
{
    private readonly JsonIndex before = new();
    private readonly JsonIndex after = new();
    private readonly FieldTree tree = new();
    private readonly ApiWriter writer = new(4 * 1024);

    // Members and elements of the values that are being compared, innermost last.
    private Child[] children = new Child[256];
    private int childCount;

    /// <summary>The owners after a write.</summary>
    /// <param name="owners">The owners before it, as they are stored.</param>
    /// <param name="oldJson">The object before the write, as this program writes it; for a create, an object of the kind without content.</param>
    /// <param name="oldOwners">Where its managedFields stand, as <see cref="FindOwners"/> says.</param>
    /// <returns><paramref name="owners"/> itself when nothing changed.</returns>
    public IReadOnlyList<ManagedFieldsEntry> Record(
        IReadOnlyList<ManagedFieldsEntry> owners, Manager manager, ReadOnlySpan<byte> oldJson, Range oldOwners, ReadOnlySpan<byte> newJson, Schema schema, Untracked untracked)
    {
        tree.Reset();
        childCount = 0;
        before.Load(oldJson, oldOwners);
        after.Load(newJson, FindOwners(newJson));
        var change = tree.AddNode(0, 0);
        if (!new Walk(this, oldJson, newJson, untracked).Compare(0, 0, Shape.Of(schema), change, isRoot: true))
        {
            return owners;
        }

        var takesAny = tree.Has(change, FieldFlags.Written);
        var entries = new List<ManagedFieldsEntry>(owners.Count + 1);
        var isKnown = false;
        var isChanged = false;
        foreach (var owner in owners)
        {
            var isMine = manager.Is(owner, FieldOperation.Update);
            isKnown |= isMine;
            var kept = isMine ? Mine(owner, change, takesAny, manager.Now) : Others(owner, change);
            isChanged |= !ReferenceEquals(kept, owner);
            if (kept is not null)
            {
                entries.Add(kept);
            }
        }

        if (!isKnown && takesAny)
        {
            var set = tree.AddNode(0, 0);
            tree.Unite(set, change, FieldFlags.Written);
            entries.Add(manager.Entry(FieldOperation.Update, Text(set)));
            isChanged = true;
        }

        return isChanged ? OwnerOrder.Arrange(entries) : owners;
    }

    /// <summary>The owners after an apply.</summary>
    /// <param name="named">What the configuration names: what the manager owns from now on.</param>
    /// <param name="newJson">The object as it is to be, as this program writes it.</param>
    /// <param name="conflicts">What others own and would lose.</param>
    public IReadOnlyList<ManagedFieldsEntry> RecordApply(
        IReadOnlyList<ManagedFieldsEntry> owners, Manager manager, ReadOnlySpan<byte> oldJson, Range oldOwners, ReadOnlySpan<byte> newJson, Schema schema, Untracked untracked,
        FieldSet named, out IReadOnlyList<ApplyConflict> conflicts)
    {
        tree.Reset();
        childCount = 0;
        before.Load(oldJson, oldOwners);
        after.Load(newJson, FindOwners(newJson));
        var change = tree.AddNode(0, 0);
        var isChanged = new Walk(this, oldJson, newJson, untracked).Compare(0, 0, Shape.Of(schema), change, isRoot: true);
        var entries = new List<ManagedFieldsEntry>(owners.Count + 1);
        var contested = new List<ApplyConflict>();
        var fields = named.ToUtf8();
        var mine = manager.Entry(FieldOperation.Apply, new RawExtension(fields));
        foreach (var owner in owners)
        {
            if (manager.Is(owner, FieldOperation.Apply))
            {
                mine = isChanged || owner.FieldsV1 is null || !owner.FieldsV1.Json.Span.SequenceEqual(fields) ? mine : mine with { Time = owner.Time };
                continue;
            }

            if (isChanged && Lost(owner, change) is { } lost)
            {
                contested.Add(lost);
            }

            if ((isChanged ? Others(owner, change) : owner) is { } kept)
            {
                entries.Add(kept);
            }
        }

        if (!named.IsEmpty)
        {
            entries.Add(mine);
        }

        conflicts = contested;
        return OwnerOrder.Arrange(entries);
    }

    /// <summary>
    /// What others own after a write, where they own it through another version than the write's: the texts and the schema
    /// are those of their version.
    /// </summary>
    /// <param name="conflicts">What they own and lose to a value.</param>
    public IReadOnlyList<ManagedFieldsEntry> Keep(
        IReadOnlyList<ManagedFieldsEntry> owners, ReadOnlySpan<byte> oldJson, Range oldOwners, ReadOnlySpan<byte> newJson, Schema schema, Untracked untracked,
        out IReadOnlyList<ApplyConflict> conflicts)
    {
        conflicts = [];
        tree.Reset();
        childCount = 0;
        before.Load(oldJson, oldOwners);
        after.Load(newJson, FindOwners(newJson));
        var change = tree.AddNode(0, 0);
        if (!new Walk(this, oldJson, newJson, untracked).Compare(0, 0, Shape.Of(schema), change, isRoot: true))
        {
            return owners;
        }

        conflicts = [.. owners.Select(owner => Lost(owner, change)).OfType<ApplyConflict>()];
        return [.. owners.Select(owner => Others(owner, change)).OfType<ManagedFieldsEntry>()];
    }

    /// <summary>The entries of several versions in one list, in order.</summary>
    public static IReadOnlyList<ManagedFieldsEntry> Join(params IEnumerable<IEnumerable<ManagedFieldsEntry>> owners) => OwnerOrder.Arrange([.. owners.SelectMany(static list => list)]);

    /// <summary>Where <c>,"managedFields":[…]</c> stands in the text of an object; an empty range where there is none.</summary>
    public static Range FindOwners(ReadOnlySpan<byte> json)
    {
        // Metadata comes third, after kind and apiVersion, and managedFields is its last member.
        for (var at = 1; at < json.Length && json[at] == '"';)
        {
            var name = json[(at + 1)..JsonIndex.StringEnd(json, at)];
            at += name.Length + 3;
            if (name.SequenceEqual("metadata"u8))
            {
                return FindIn(json, at);
            }

            at = JsonIndex.ValueEnd(json, at) + 1;
        }

        return default;
    }

    private static Range FindIn(ReadOnlySpan<byte> json, int at)
    {
        for (at++; at < json.Length && json[at] == '"';)
        {
            var start = at;
            var name = json[(at + 1)..JsonIndex.StringEnd(json, at)];
            at += name.Length + 3;
            var end = JsonIndex.ValueEnd(json, at);
            if (name.SequenceEqual("managedFields"u8))
            {
                return json[start - 1] == ',' ? (start - 1)..end : default;
            }

            if (end >= json.Length || json[end] != ',')
            {
                return default;
            }

            at = end + 1;
        }

        return default;
    }

    private ManagedFieldsEntry? Mine(ManagedFieldsEntry owner, int change, bool takesAny, DateTimeOffset now)
    {
        var mark = tree.Mark;
        var set = Read(owner);
        var isChanged = tree.Subtract(set, change, FieldFlags.Removed);
        isChanged |= tree.Unite(set, change, FieldFlags.Written);
        var kept = tree.IsEmpty(set) ? null
            : isChanged ? owner with { FieldsV1 = Text(set), Time = takesAny ? now : owner.Time }
            : takesAny && owner.Time != now ? owner with { Time = now }
            : owner;
        tree.Rewind(mark);
        return kept;
    }

    private ManagedFieldsEntry? Others(ManagedFieldsEntry owner, int change)
    {
        var mark = tree.Mark;
        var set = Read(owner);
        var kept = !tree.Subtract(set, change, FieldFlags.Written | FieldFlags.Removed) ? owner
            : tree.IsEmpty(set) ? null
            : owner with { FieldsV1 = Text(set) };
        tree.Rewind(mark);
        return kept;
    }

    private ApplyConflict? Lost(ManagedFieldsEntry owner, int change)
    {
        var mark = tree.Mark;
        ApplyConflict? lost = null;
        if (tree.Meets(Read(owner), change, FieldFlags.Written))
        {
            var written = tree.AddNode(0, 0);
            tree.Unite(written, change, FieldFlags.Written);
            lost = new ApplyConflict(owner, Applying.Fields(owner).Intersect(FieldSet.Parse(Text(written).Json.Span)));
        }

        tree.Rewind(mark);
        return lost;
    }

    private int Read(ManagedFieldsEntry owner)
    {
        var json = owner.FieldsV1 is { } fields ? fields.Json.Span : "{}"u8;
        var mark = tree.Mark;
        var set = tree.Read(json);
        if (set < 0)
        {
            // Stored by somebody who writes white space.
            tree.Rewind(mark);
            set = tree.Read(FieldSet.Parse(json).ToUtf8());
        }

        return set;
    }

    private RawExtension Text(int set)
    {
        writer.Reset();
        tree.Write(set, writer);
        return new RawExtension(writer.ToArray());
    }
}
