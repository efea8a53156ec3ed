using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>
/// Server-side apply (KEP-555): a manager says what it wants of an object, owns exactly what it says, and is refused where
/// others own that with another value.
/// </summary>
public static class Applying
{
    /// <summary>The fields that a configuration speaks of.</summary>
    public static FieldSet Named(JsonObject configuration, Schema schema, Untracked untracked) => OwnedFields.Of(configuration, schema).ExceptBelow(untracked.Set);

    /// <summary>
    /// The object with every field the configuration names as it says, and without the fields that the manager named last
    /// time and that nobody owns now. No argument is changed; what is the same is shared.
    /// </summary>
    public static JsonObject Merge(JsonObject live, JsonObject configuration, Schema schema, IReadOnlyList<ManagedFieldsEntry> owners, Manager manager, FieldSet named)
    {
        var merged = Configuration.Merge(live, configuration, schema);
        var before = owners.Where(entry => manager.Is(entry, FieldOperation.Apply)).Select(Fields).FirstOrDefault() ?? FieldSet.Empty;
        if (before.Except(named).IsEmpty)
        {
            return merged;
        }

        var owned = owners.Where(entry => !manager.Is(entry, FieldOperation.Apply)).Select(Fields).Aggregate(named, static (all, fields) => all.Union(fields));
        return Configuration.Prune(merged, before, owned, schema);
    }

    /// <summary>The object with every field the configuration names as it says. No argument is changed; what is the same is shared.</summary>
    public static JsonObject Merge(JsonObject live, JsonObject configuration, Schema schema) => Configuration.Merge(live, configuration, schema);

    /// <summary>The object without what <paramref name="former"/> had and <paramref name="owned"/> does not have. No argument is changed.</summary>
    public static JsonObject Prune(JsonObject value, FieldSet former, FieldSet owned, Schema schema) => Configuration.Prune(value, former, owned, schema);

    /// <summary>Every field that an object has.</summary>
    public static FieldSet All(JsonObject value, Schema schema) => OwnedFields.Of(value, schema);

    /// <summary>
    /// The fields that a configuration names and that an object holds with the same value: what a client that compared on
    /// its own side can be said to own.
    /// </summary>
    public static FieldSet Shared(JsonObject configuration, JsonObject live, Schema schema, Untracked untracked)
    {
        var difference = Comparison.Of(configuration, live, schema);
        return Named(configuration, schema, untracked).Except(difference.Written).Except(difference.Removed);
    }

    public static FieldSet Fields(ManagedFieldsEntry entry) => entry.FieldsV1 is { } fields ? FieldSet.Parse(fields.Json.Span) : FieldSet.Empty;
}

/// <summary>Fields that another manager owns with another value.</summary>
public sealed record ApplyConflict(ManagedFieldsEntry Owner, FieldSet Fields);

/// <summary>How somebody came to own a field.</summary>
public static class FieldOperation
{
    public const string Apply = "Apply";
    public const string Update = "Update";
}
