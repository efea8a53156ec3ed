using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Tests;

/// <summary>Who owns which field of an object, kept as trees: the plain statement of what <see cref="UpdateRecorder"/> does over bytes.</summary>
internal sealed class PlainOwners
{
    private readonly List<Owner> owners;

    private PlainOwners(IEnumerable<Owner> owners) => this.owners = [.. owners];

    /// <summary>Reads the entries of an object; entries of a form that is not understood are dropped.</summary>
    public static PlainOwners Of(IReadOnlyList<ManagedFieldsEntry> entries) =>
        new(entries.Where(entry => entry.FieldsV1 is not null)
            .Select(entry => new Owner(entry with { FieldsV1 = null }, FieldSet.Parse(entry.FieldsV1!.Json.Span))));

    /// <summary>The entries as they are stored.</summary>
    public IReadOnlyList<ManagedFieldsEntry> ToEntries() => OwnerOrder.Arrange(
        [.. owners.Where(static owner => !owner.Fields.IsEmpty).Select(static owner => owner.Entry with { FieldsType = "FieldsV1", FieldsV1 = new RawExtension(owner.Fields.ToUtf8()) })]);

    /// <summary>Records a create, update or patch as <see cref="UpdateRecorder"/> does.</summary>
    /// <param name="before">The object before the write, an object without content for a create.</param>
    public void Update(Manager manager, JsonObject before, JsonObject after, Schema schema, Untracked untracked)
    {
        var change = Compare(before, after, schema, untracked);
        if (change.IsSame)
        {
            return;
        }

        var mine = owners.FindIndex(owner => owner.Is(manager, FieldOperation.Update));
        var owned = mine >= 0 ? owners[mine].Fields : FieldSet.Empty;
        TakeFromOthers(mine, change);
        Put(mine, manager, FieldOperation.Update, owned.Except(change.Removed).Union(change.Written), isChanged: !change.Written.IsEmpty);
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
