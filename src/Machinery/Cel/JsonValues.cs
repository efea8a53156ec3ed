using System.Globalization;
using Navarch.Machinery.Cel.Evaluation;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Cel;

/// <summary>Documents as values of expressions. Nothing is copied: members are looked at when an expression asks for them.</summary>
public static class JsonValues
{
    private const int CountMax = 100_000;

    internal static readonly object True = true;
    internal static readonly object False = false;

    public static object Of(JsonNode node) => node switch
    {
        JsonObject members => CelMap.Of(members),
        JsonArray array => CelList.Of(array),
        JsonText text => text.Value,
        JsonBoolean { Value: true } => True,
        JsonBoolean => False,
        JsonNumber number => number.WholeValue is { } whole ? (object)whole : double.Parse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture),
        _ => JsonNull.Value,
    };

    /// <summary>A value as a document; null where it is nothing that JSON can say.</summary>
    /// <exception cref="CelBudgetException">It is too large: lists may hold one list many times.</exception>
    public static JsonNode? ToJson(object value)
    {
        var count = 0;
        return ToJson(value, ref count);
    }

    private static JsonNode? ToJson(object value, ref int count)
    {
        CelRun.RequireStack();
        if (++count > CountMax)
        {
            throw new CelBudgetException();
        }

        switch (value)
        {
            case string text:
                return new JsonText(text);
            case bool flag:
                return flag ? JsonBoolean.True : JsonBoolean.False;
            case JsonNull none:
                return none;
            case long or ulong:
                return new JsonNumber(Convert.ToString(value, CultureInfo.InvariantCulture)!);
            case double number when double.IsFinite(number):
                return new JsonNumber(number.ToString("R", CultureInfo.InvariantCulture));
            case byte[] bytes:
                return new JsonText(Convert.ToBase64String(bytes));
            case CelTimestamp or CelDuration:
                return new JsonText(value.ToString()!);
            case CelList list:
                return ToJson(list, ref count);
            case CelMap map:
                return ToJson(map, ref count);
            default:
                return null;
        }
    }

    private static JsonArray? ToJson(CelList list, ref int count)
    {
        var items = new JsonArray();
        foreach (var item in list)
        {
            if (ToJson(item, ref count) is not { } node)
            {
                return null;
            }

            items.Items.Add(node);
        }

        return items;
    }

    private static JsonObject? ToJson(CelMap map, ref int count)
    {
        var members = new JsonObject();
        foreach (var key in map.Keys)
        {
            if (key is not string name || map.Find(name) is not { } value || ToJson(value, ref count) is not { } node)
            {
                return null;
            }

            members[name] = node;
        }

        return members;
    }
}
