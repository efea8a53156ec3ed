using Navarch.Machinery.Json;

namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>Lists, maps and objects that are written out.</summary>
internal static class Literals
{
    private const int ListCost = 10;
    private const int MapCost = 30;
    private const int ObjectCost = 40;

    public static Step List((Step Value, bool IsOptional)[] items) => run =>
    {
        run.Spend(ListCost);
        var made = new List<object>(items.Length);
        foreach (var (step, isOptional) in items)
        {
            var value = step(run);
            if (value is CelError)
            {
                return value;
            }

            if (!isOptional)
            {
                made.Add(value);
            }
            else if (value is not CelOptional optional)
            {
                return CelError.NoSuchOverload;
            }
            else if (optional.Value is { } present)
            {
                made.Add(present);
            }
        }

        return CelList.Of(made);
    };

    public static Step Map((Step Key, Step Value, bool IsOptional)[] entries) => run =>
    {
        run.Spend(MapCost);
        var made = new Dictionary<object, object>(entries.Length);
        foreach (var (keyStep, valueStep, isOptional) in entries)
        {
            var (key, value) = (keyStep(run), valueStep(run));
            if (key is CelError || value is CelError)
            {
                return key is CelError ? key : value;
            }

            if (Values.AsKey(key) is not { } plain || key is double)
            {
                return new CelError($"unsupported key type: {Values.TypeName(key)}");
            }

            if (isOptional && value is not CelOptional)
            {
                return CelError.NoSuchOverload;
            }

            if ((isOptional ? ((CelOptional)value).Value : value) is { } present && !made.TryAdd(plain, present))
            {
                return new CelError($"Failed with repeated key: {Values.Show(key)}");
            }
        }

        return CelMap.Of(made);
    };

    /// <summary>An object is the document of the fields that were given.</summary>
    public static Step Object((string Name, Step Value, bool IsOptional)[] fields) => run =>
    {
        run.Spend(ObjectCost);
        var made = new JsonObject();
        foreach (var (name, step, isOptional) in fields)
        {
            var value = step(run);
            if (value is CelError)
            {
                return value;
            }

            if (isOptional)
            {
                if (value is not CelOptional optional)
                {
                    return CelError.NoSuchOverload;
                }

                if (optional.Value is null)
                {
                    continue;
                }

                value = optional.Value;
            }

            if (JsonValues.ToJson(value) is not { } node)
            {
                return new CelError($"unsupported type of field '{name}': {Values.TypeName(value)}");
            }

            made[name] = node;
        }

        return CelMap.Of(made);
    };
}
