using Navarch.Machinery.Json;

namespace Navarch.Machinery.Patch;

/// <summary>The order of the elements of a merged list.</summary>
/// <remarks>
/// A merged list has elements that the client knows of (they are in its patch, or in its <c>$setElementOrder</c>) and others
/// that the server alone has. The client's stand in the client's order, the server's in the order they stood in before.
/// The two are then interleaved: an element of the server goes in front of the first one of the client that it stood in front
/// of in the live list. Clients compute the same when they show a difference, so this must be exact.
/// </remarks>
internal static class ElementOrder
{
    /// <param name="merged">All elements.</param>
    /// <param name="wanted">The client's order: elements, or objects that hold at least the key.</param>
    /// <param name="live">The list as it was before the patch.</param>
    /// <param name="key">Merge key; empty for lists of scalars.</param>
    public static JsonArray Apply(JsonArray merged, JsonArray wanted, JsonArray live, string key)
    {
        var wantedPlaces = Places(wanted, key);
        var livePlaces = Places(live, key);
        var ofClient = new List<JsonNode>();
        var ofServer = new List<JsonNode>();
        foreach (var element in merged.Items)
        {
            (wantedPlaces.ContainsKey(Identity(element, key)) ? ofClient : ofServer).Add(element);
        }

        // OrderBy is stable: elements that are nowhere in the live list keep their order, behind those that are.
        ofClient = [.. ofClient.OrderBy(element => wantedPlaces[Identity(element, key)])];
        ofServer = [.. ofServer.OrderBy(element => livePlaces.GetValueOrDefault(Identity(element, key), int.MaxValue))];
        return Interleave(ofServer, ofClient, element => livePlaces.GetValueOrDefault(Identity(element, key), -1));
    }

    /// <summary>The elements of a patch must stand in the order that the patch itself asks for.</summary>
    /// <exception cref="PatchException">They do not.</exception>
    public static void Check(JsonArray change, JsonArray wanted, string key)
    {
        var places = Places(wanted, key);
        var last = -1;
        foreach (var element in change.Items)
        {
            if (element is JsonObject o && o.Has(StrategicMergePatch.Directive))
            {
                continue;
            }

            if (!places.TryGetValue(Identity(element, key), out var place) || place < last)
            {
                throw PatchException.DoesNotApply("the order in patch list doesn't match $setElementOrder list");
            }

            last = place;
        }
    }

    private static JsonArray Interleave(List<JsonNode> ofServer, List<JsonNode> ofClient, Func<JsonNode, int> livePlace)
    {
        var all = new JsonArray();
        var next = 0;
        foreach (var element in ofClient)
        {
            var place = livePlace(element);
            while (next < ofServer.Count && livePlace(ofServer[next]) is >= 0 and var left && left < place)
            {
                all.Items.Add(ofServer[next++]);
            }

            all.Items.Add(element);
        }

        all.Items.AddRange(ofServer.Skip(next));
        return all;
    }

    private static Dictionary<JsonNode, int> Places(JsonArray list, string key)
    {
        var places = new Dictionary<JsonNode, int>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            places.TryAdd(Identity(list.Items[i], key), i);
        }

        return places;
    }

    // A stored element may lack its key, where the key is empty and so not written.
    private static JsonNode Identity(JsonNode element, string key) => key.Length == 0 ? element : (element as JsonObject)?[key] ?? JsonNull.Value;
}
