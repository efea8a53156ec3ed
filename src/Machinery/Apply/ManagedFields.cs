using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>Who owns which field of an object: the content of <c>metadata.managedFields</c> (KEP-555).</summary>
public sealed class ManagedFields
{
    public const string OperationApply = "Apply";
    public const string OperationUpdate = "Update";

    // Identity and bookkeeping belong to the server. Nobody owns them, so nobody can be in conflict about them.
    private static readonly FieldSet Unowned = FieldSet.Parse("""
        {"f:apiVersion":{},"f:kind":{},"f:metadata":{".":{},"f:name":{},"f:namespace":{},"f:creationTimestamp":{},"f:selfLink":{},"f:uid":{},
        "f:generation":{},"f:managedFields":{},"f:resourceVersion":{}}}
        """u8);

    private readonly List<Owner> owners;

    private ManagedFields(IEnumerable<Owner> owners) => this.owners = [.. owners];

    /// <summary>Reads the entries of an object; entries of a form that is not understood are dropped.</summary>
    public static ManagedFields Of(IReadOnlyList<ManagedFieldsEntry> entries) =>
        new(entries.Where(entry => entry.FieldsV1 is not null)
            .Select(entry => new Owner(entry with { FieldsV1 = null }, FieldSet.Parse(entry.FieldsV1!.Json.Span))));

    /// <summary>The entries as they are stored: applied ones first, then by time, then by name.</summary>
    public IReadOnlyList<ManagedFieldsEntry> ToEntries() =>
        [.. owners.Where(owner => !owner.Fields.IsEmpty)
            .OrderBy(owner => owner.Entry.Operation == OperationApply ? 0 : 1)
            .ThenBy(owner => owner.Entry.Time ?? DateTimeOffset.MinValue)
            .ThenBy(owner => owner.Entry.Manager, StringComparer.Ordinal)
            .Select(owner => owner.Entry with { FieldsType = "FieldsV1", FieldsV1 = new RawExtension(owner.Fields.ToJson().ToUtf8()) })];

    /// <summary>Records a create, update or patch: the writer owns what it added or changed, whoever owned it before.</summary>
    /// <param name="before">The object before the write; <c>{}</c> for a create.</param>
    public void Update(Manager manager, JsonObject before, JsonObject after, Schema schema)
    {
        var change = Compare(before, after, schema);
        if (change.IsSame)
        {
            return;
        }

        var written = change.Added.Union(change.Modified);
        var mine = owners.FindIndex(owner => owner.Is(manager, OperationUpdate));
        var owned = mine >= 0 ? owners[mine].Fields : FieldSet.Empty;
        for (var i = 0; i < owners.Count; i++)
        {
            if (i != mine)
            {
                owners[i] = owners[i] with { Fields = owners[i].Fields.Except(written).Except(change.Removed) };
            }
        }

        Put(mine, manager, OperationUpdate, owned.Union(written).Except(change.Removed), isChanged: true);
    }

    /// <summary>
    /// Applies a configuration: the object gets every field it names, loses the fields that it named last time and that
    /// nobody else owns, and the manager owns exactly what it names now.
    /// </summary>
    /// <param name="force">Take fields of other managers that have another value, instead of refusing.</param>
    /// <returns>The object to store; null when there are conflicts, which are then in <paramref name="conflicts"/>.</returns>
    public JsonObject? Apply(Manager manager, JsonObject live, JsonObject configuration, Schema schema, bool force, out IReadOnlyList<ApplyConflict> conflicts)
    {
        conflicts = [];
        var named = OwnedFields.Of(configuration, schema).ExceptBelow(Unowned);
        var mine = owners.FindIndex(owner => owner.Is(manager, OperationApply));
        var before = mine >= 0 ? owners[mine].Fields : FieldSet.Empty;
        var merged = Configuration.Merge(live, configuration, schema);
        var others = owners.Where((_, i) => i != mine).Aggregate(named, static (all, owner) => all.Union(owner.Fields));
        merged = Configuration.Remove(merged, before.Except(others), schema);

        var change = Compare(live, merged, schema);
        var written = change.Added.Union(change.Modified);
        var contested = owners.Where((owner, i) => i != mine).Select(owner => new ApplyConflict(owner.Entry, owner.Fields.Intersect(written)))
            .Where(conflict => !conflict.Fields.IsEmpty).ToList();
        if (contested.Count > 0 && !force)
        {
            conflicts = contested;
            return null;
        }

        for (var i = 0; i < owners.Count; i++)
        {
            if (i != mine)
            {
                owners[i] = owners[i] with { Fields = owners[i].Fields.Except(written).Except(change.Removed) };
            }
        }

        Put(mine, manager, OperationApply, named, isChanged: !named.Equals(before) || !change.IsSame);
        return merged;
    }

    private static Comparison Compare(JsonObject before, JsonObject after, Schema schema)
    {
        var change = Comparison.Of(before, after, schema);
        return new Comparison(change.Added.ExceptBelow(Unowned), change.Modified.ExceptBelow(Unowned), change.Removed.ExceptBelow(Unowned));
    }

    private void Put(int at, Manager manager, string operation, FieldSet fields, bool isChanged)
    {
        var entry = new ManagedFieldsEntry
        {
            Manager = manager.Name,
            Operation = operation,
            APIVersion = manager.ApiVersion,
            Subresource = manager.Subresource,
            Time = at >= 0 && !isChanged ? owners[at].Entry.Time : manager.Now,
        };
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
        public bool Is(Manager manager, string operation) =>
            Entry.Manager == manager.Name && Entry.Operation == operation && Entry.Subresource == manager.Subresource
            && Entry.APIVersion == manager.ApiVersion;
    }
}

/// <summary>Who writes: the field manager's name, through which version and subresource, and when.</summary>
public sealed record Manager(string Name, string ApiVersion, string Subresource, DateTimeOffset Now);

/// <summary>Fields that another manager owns with another value.</summary>
public sealed record ApplyConflict(ManagedFieldsEntry Owner, FieldSet Fields);
