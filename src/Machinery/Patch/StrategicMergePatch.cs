using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Patch;

/// <summary>
/// Strategic merge patch: a merge patch that knows from the schema which lists are merged, by which key. It is what
/// <c>kubectl apply</c>, <c>edit</c>, <c>label</c> and <c>patch</c> send by default for built-in kinds.
/// </summary>
/// <remarks>
/// Directives, all consumed here: <c>$patch</c> (<c>replace</c>, <c>delete</c>) in an object or in an element of a merged list;
/// <c>$retainKeys</c> names the only members an object keeps; <c>$deleteFromPrimitiveList/x</c> takes strings out of list x;
/// <c>$setElementOrder/x</c> says how the elements that the client knows of are to be ordered in list x (see <see cref="ElementOrder"/>).
/// </remarks>
public static class StrategicMergePatch
{
    internal const string Directive = "$patch";
    internal const string RetainKeys = "$retainKeys";
    internal const string DeleteFromList = "$deleteFromPrimitiveList/";
    internal const string SetElementOrder = "$setElementOrder/";

    /// <summary>Changes <paramref name="target"/> in place and returns what it became. Consumes <paramref name="patch"/>.</summary>
    /// <exception cref="PatchException">The patch is malformed or does not fit.</exception>
    public static JsonObject Apply(JsonObject target, JsonNode patch, Schema schema)
    {
        if (patch is not JsonObject changes)
        {
            throw PatchException.Malformed("a strategic merge patch must be a JSON object");
        }

        return MergeObject(target, changes, schema);
    }

    private static JsonObject MergeObject(JsonObject target, JsonObject patch, Schema? schema)
    {
        if (patch[Directive] is { } directive)
        {
            switch ((directive as JsonText)?.Value)
            {
                case "replace":
                    patch.Remove(Directive);
                    return (JsonObject)WithoutNulls(WithoutDirectives(patch)!);
                case "delete":
                    return new JsonObject();
                default:
                    throw PatchException.Malformed($"unknown patch type: {directive}");
            }
        }

        ApplyRetainKeys(target, patch);
        ApplyElementOrders(target, patch, schema);
        foreach (var (member, change) in patch.Members)
        {
            var isDeletion = member.StartsWith(DeleteFromList, StringComparison.Ordinal);
            var name = isDeletion ? member[DeleteFromList.Length..] : member;
            if (change is JsonNull)
            {
                target.Remove(name);
                continue;
            }

            var before = target[name];
            if (before is null || before.GetType() != change.GetType())
            {
                if (!isDeletion)
                {
                    Replace(target, name, change);
                }

                continue;
            }

            switch (before, change)
            {
                case (JsonObject left, JsonObject right):
                    target[name] = MergeObject(left, right, TypeOf(schema, name));
                    break;
                case (JsonArray left, JsonArray right):
                    target[name] = MergeList(left, right, schema?.FindField(name), isDeletion);
                    break;
                default:
                    target[name] = change;
                    break;
            }
        }

        return target;
    }

    private static void ApplyRetainKeys(JsonObject target, JsonObject patch)
    {
        if (patch[RetainKeys] is not { } directive)
        {
            return;
        }

        if (directive is not JsonArray { Items: var items })
        {
            throw PatchException.Malformed($"invalid patch format of {RetainKeys}");
        }

        patch.Remove(RetainKeys);
        var retained = items.OfType<JsonText>().Select(text => text.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in patch.Members)
        {
            if (value is not JsonNull && !name.StartsWith('$') && !retained.Contains(name))
            {
                throw PatchException.DoesNotApply($"{RetainKeys} does not name \"{name}\", which the patch sets");
            }
        }

        target.Retain(member => retained.Contains(member.Key));
    }

    /// <summary>Merges and orders the lists that have an element order, and takes them out of the patch.</summary>
    private static void ApplyElementOrders(JsonObject target, JsonObject patch, Schema? schema)
    {
        foreach (var member in patch.Members.Select(member => member.Key).Where(key => key.StartsWith(SetElementOrder, StringComparison.Ordinal)).ToList())
        {
            var name = member[SetElementOrder.Length..];
            if (patch[member] is not JsonArray wanted)
            {
                throw PatchException.Malformed($"invalid patch format of {member}");
            }

            patch.Remove(member);
            var field = schema?.FindField(name);
            var key = field?.MergeKey ?? "";
            var before = target[name] as JsonArray;
            var liveOrder = before is null ? new JsonArray() : JsonArray.Of(before.Items);

            // Deletions of strings come as a member of their own and must happen before the order is decided.
            if (patch[DeleteFromList + name] is JsonArray deletions)
            {
                patch.Remove(DeleteFromList + name);
                before?.Items.RemoveAll(deletions.Items.ToHashSet().Contains);
            }

            if (patch[name] is JsonNull || (patch[name] is null && before is null))
            {
                continue;
            }

            var change = patch[name] as JsonArray;
            if (change is not null)
            {
                ElementOrder.Check(change, wanted, key);
                patch.Remove(name);
            }

            if (before is null && change is not null)
            {
                Replace(target, name, change);
            }
            else if (before is not null && change is not null)
            {
                target[name] = MergeList(before, change, field, isDeletion: false);
            }

            if (target[name] is JsonArray merged)
            {
                target[name] = ElementOrder.Apply(merged, wanted, liveOrder, key);
            }
        }
    }

    private static JsonNode MergeList(JsonArray before, JsonArray change, SchemaField? field, bool isDeletion)
    {
        if (isDeletion)
        {
            before.Items.RemoveAll(change.Items.ToHashSet().Contains);
            return before;
        }

        if (field is not { IsMerged: true })
        {
            return WithoutNulls(WithoutDirectives(change)!);
        }

        var isObjects = before.Items.Concat(change.Items).FirstOrDefault() is JsonObject;
        if (before.Items.Concat(change.Items).Any(item => item is JsonArray || item is JsonObject != isObjects))
        {
            throw PatchException.DoesNotApply($"elements of the merged list \"{field.Name}\" are not of one type");
        }

        var liveOrder = JsonArray.Of(before.Items);
        if (!isObjects)
        {
            var all = JsonArray.Of(before.Items.Concat(change.Items).Distinct());
            return ElementOrder.Apply(all, change, liveOrder, key: "");
        }

        if (field.MergeKey.Length == 0)
        {
            throw PatchException.DoesNotApply($"cannot merge lists without merge key for {field.Name}");
        }

        var (kept, changes) = ApplyElementDirectives(before, change, field.MergeKey);
        return ElementOrder.Apply(MergeElements(kept, changes, field), changes, liveOrder, field.MergeKey);
    }

    /// <summary>Removes what elements with a directive ask to remove, and those elements themselves.</summary>
    private static (JsonArray Kept, JsonArray Changes) ApplyElementDirectives(JsonArray before, JsonArray change, string mergeKey)
    {
        var changes = new JsonArray();
        var deleted = new HashSet<JsonNode>();
        var isReplaced = false;
        foreach (var element in change.Items.Cast<JsonObject>())
        {
            switch ((element[Directive], (element[Directive] as JsonText)?.Value))
            {
                case (null, _):
                    changes.Items.Add(element);
                    break;
                case (_, "delete"):
                    deleted.Add(KeyOf(element, mergeKey));
                    break;
                case (_, "replace"):
                    isReplaced = true;
                    break;
                case (_, "merge"):
                    throw PatchException.DoesNotApply("merging lists cannot yet be specified in the patch");
                case var (directive, _):
                    throw PatchException.Malformed($"unknown patch type: {directive}");
            }
        }

        // All in one pass: a patch may delete as many as there are.
        before.Items.RemoveAll(item => ((JsonObject)item)[mergeKey] is { } key && deleted.Contains(key));
        return isReplaced ? (new JsonArray(), changes) : (before, changes);
    }

    private static JsonArray MergeElements(JsonArray before, JsonArray changes, SchemaField field)
    {
        var places = new Dictionary<JsonNode, int>();
        for (var i = 0; i < before.Items.Count; i++)
        {
            if (((JsonObject)before.Items[i])[field.MergeKey] is { } key)
            {
                places.TryAdd(key, i);
            }
        }

        foreach (var change in changes.Items.Cast<JsonObject>())
        {
            var key = KeyOf(change, field.MergeKey);
            if (places.TryGetValue(key, out var at))
            {
                // The key stands outside of the directives' reach: it is what tells the elements of the change apart afterwards.
                var merged = MergeObject((JsonObject)before.Items[at], (JsonObject)change.Clone(), field.Type.Items);
                before.Items[at] = merged;
            }
            else if (WithoutDirectives(change.Clone()) is { } added)
            {
                places.Add(key, before.Items.Count);
                before.Items.Add(WithoutNulls(added));
            }
        }

        return before;
    }

    internal static JsonNode KeyOf(JsonNode element, string mergeKey) =>
        (element as JsonObject)?[mergeKey] is { } key and not JsonNull ? key : throw PatchException.DoesNotApply($"an element does not contain declared merge key: {mergeKey}");

    private static Schema? TypeOf(Schema? schema, string name) => schema?.Kind switch
    {
        SchemaKind.Object => schema.FindField(name)?.Type,
        SchemaKind.Map => schema.Items,
        _ => null,
    };

    private static void Replace(JsonObject target, string name, JsonNode change)
    {
        if (WithoutDirectives(change) is { } value)
        {
            target[name] = WithoutNulls(value);
        }
        else
        {
            target.Remove(name);
        }
    }

    /// <summary>What a patch says where there is nothing to patch; null when it says to delete.</summary>
    private static JsonNode? WithoutDirectives(JsonNode node)
    {
        switch (node)
        {
            case JsonObject o:
                if (o.FindText(Directive) == "delete")
                {
                    return null;
                }

                o.Retain(member => member.Key is not (Directive or RetainKeys)
                    && !member.Key.StartsWith(DeleteFromList, StringComparison.Ordinal)
                    && !member.Key.StartsWith(SetElementOrder, StringComparison.Ordinal));
                foreach (var (name, value) in o.Members.ToList())
                {
                    if (WithoutDirectives(value) is { } kept)
                    {
                        o[name] = kept;
                    }
                    else
                    {
                        o.Remove(name);
                    }
                }

                return o;
            case JsonArray a:
                return JsonArray.Of(a.Items.Select(WithoutDirectives).OfType<JsonNode>());
            default:
                return node;
        }
    }

    /// <summary>Nulls delete; where there is nothing to delete they must not become values.</summary>
    private static JsonNode WithoutNulls(JsonNode node)
    {
        if (node is JsonObject o)
        {
            o.Retain(member => member.Value is not JsonNull);
            foreach (var (_, value) in o.Members)
            {
                WithoutNulls(value);
            }
        }
        else if (node is JsonArray a)
        {
            a.Items.ForEach(item => WithoutNulls(item));
        }

        return node;
    }
}
