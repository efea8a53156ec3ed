using Navarch.Machinery.Json;

namespace Navarch.Machinery.Tests.Patch;

/// <summary>Random documents over few names, so that two of them have much in common. No nulls.</summary>
internal static class RandomJson
{
    public static JsonObject Object(Random random, int depth = 0)
    {
        var node = new JsonObject();
        for (var i = random.Next(5); i > 0; i--)
        {
            node[((char)('a' + random.Next(4))).ToString()] = Value(random, depth + 1);
        }

        return node;
    }

    public static JsonNode Value(Random random, int depth) => random.Next(depth > 4 ? 4 : 6) switch
    {
        0 => new JsonNumber(random.Next(3)),
        1 => new JsonText(random.Next(3) + "x"),
        2 => JsonBoolean.True,
        3 => JsonBoolean.False,
        4 => JsonArray.Of(Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth + 1))),
        _ => Object(random, depth + 1),
    };
}
