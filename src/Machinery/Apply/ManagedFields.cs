using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>Who owns which field of an object: the content of <c>metadata.managedFields</c> (KEP-555).</summary>
public sealed class ManagedFields
{
    public const string OperationApply = "Apply";
    public const string OperationUpdate = "Update";

    private readonly List<Owner> owners;

    private ManagedFields(IEnumerable<Owner> owners) => this.owners = [.. owners];

    /// <summary>Reads the entries of an object; entries of a form that is not understood are dropped.</summary>
    public static ManagedFields Of(IReadOnlyList<ManagedFieldsEntry> entries) =>
        new(entries.Where(entry => entry.FieldsV1 is not null)
            .Select(entry => new Owner(entry with { FieldsV1 = null }, FieldSet.Parse(entry.FieldsV1!.Json.Span))));

    /// <summary>The entries as they are stored.</summary>
    public IReadOnlyList<ManagedFieldsEntry> ToEntries() => OwnerOrder.Arrange(
        [.. owners.Where(static owner => !owner.Fields.IsEmpty).Select(static owner => owner.Entry with { FieldsType = "FieldsV1", FieldsV1 = new RawExtension(owner.Fields.ToJson().ToUtf8()) })]);

    /// <summary>Records a create, update or patch as <see cref="UpdateRecorder"/> does.</summary>
    /// <param name="before">The object before the write, an object without content for a create.</param>
    public void Update(Manager manager, JsonObject before, JsonObject after, Schema schema, Untracked untracked)
    {
        var change = Compare(before, after, schema, untracked);
        if (change.IsSame)
        {
            return;
        }

        var mine = owners.FindIndex(owner => owner.Is(manager, OperationUpdate));
        var owned = mine >= 0 ? owners[mine].Fields : FieldSet.Empty;
        TakeFromOthers(mine, change);
        Put(mine, manager, OperationUpdate, owned.Except(change.Removed).Union(change.Written), isChanged: !change.Written.IsEmpty);
    }

    /// <summary>
    /// Applies a configuration: the object gets every field it names, loses the fields that it named last time and that
    /// nobody else owns, and the manager owns exactly what it names now.
    /// </summary>
    /// <param name="force">Take fields of other managers that have another value, instead of refusing.</param>
    /// <returns>The object to store; null when there are conflicts, which are then in <paramref name="conflicts"/>.</returns>
    public JsonObject? Apply(
        Manager manager, JsonObject live, JsonObject configuration, Schema schema, Untracked untracked, bool force, out IReadOnlyList<ApplyConflict> conflicts)
    {
        conflicts = [];
        var named = OwnedFields.Of(configuration, schema).ExceptBelow(untracked.Set);
        var mine = owners.FindIndex(owner => owner.Is(manager, OperationApply));
        var before = mine >= 0 ? owners[mine].Fields : FieldSet.Empty;
        var merged = Configuration.Merge(live, configuration, schema);
        var owned = owners.Where((_, i) => i != mine).Aggregate(named, static (all, owner) => all.Union(owner.Fields));
        merged = Configuration.Prune(merged, before, owned, schema);

        var change = Compare(live, merged, schema, untracked);
        var contested = owners.Where((owner, i) => i != mine).Select(owner => new ApplyConflict(owner.Entry, owner.Fields.Intersect(change.Written)))
            .Where(static conflict => !conflict.Fields.IsEmpty).ToList();
        if (contested.Count > 0 && !force)
        {
            conflicts = contested;
            return null;
        }

        TakeFromOthers(mine, change);
        Put(mine, manager, OperationApply, named, isChanged: !named.Equals(before) || !change.IsSame);
        return merged;
    }

    private static Comparison Compare(JsonObject before, JsonObject after, Schema schema, Untracked untracked)
    {
        var change = Comparison.Of(before, after, schema);
        return new Comparison(change.Written.ExceptBelow(untracked.Set), change.Removed.ExceptBelow(untracked.Set));
    }

    private void TakeFromOthers(int mine, Comparison change)
    {
        for (var i = 0; i < owners.Count; i++)
        {
            if (i != mine)
            {
                owners[i] = owners[i] with { Fields = owners[i].Fields.Except(change.Written).Except(change.Removed) };
            }
        }
    }

    private void Put(int at, Manager manager, string operation, FieldSet fields, bool isChanged)
    {
        var entry = manager.Entry(operation, null);
        if (at >= 0 && !isChanged)
        {
            entry = entry with { Time = owners[at].Entry.Time };
        }

        if (at >= 0)
        {
            owners[at] = new Owner(entry, fields);
        }
        else
        {
            owners.Add(new Owner(entry, fields));
        }
    }

    private sealed record Owner(ManagedFieldsEntry Entry, FieldSet Fields)
    {
        public bool Is(Manager manager, string operation) => manager.Is(Entry, operation);
    }
}

/// <summary>Who writes: the field manager's name, through which version and subresource, and when.</summary>
public sealed record Manager(string Name, string ApiVersion, string Subresource, DateTimeOffset Now)
{
    /// <summary>Whether an entry is this manager's own. Who applies is known by name, whichever version it applies through.</summary>
    internal bool Is(ManagedFieldsEntry entry, string operation) =>
        entry.Manager == Name && entry.Operation == operation && entry.Subresource == Subresource
        && (entry.APIVersion == ApiVersion || operation == ManagedFields.OperationApply);

    internal ManagedFieldsEntry Entry(string operation, RawExtension? fields) => new()
    {
        Manager = Name,
        Operation = operation,
        APIVersion = ApiVersion,
        Subresource = Subresource,
        Time = Now,
        FieldsType = "FieldsV1",
        FieldsV1 = fields,
    };
}

/// <summary>Fields that another manager owns with another value.</summary>
public sealed record ApplyConflict(ManagedFieldsEntry Owner, FieldSet Fields);
