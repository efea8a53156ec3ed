using Navarch.Machinery.Cel;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Tests.Cel;

/// <summary>Evaluates an expression and shows what came out, in one line.</summary>
internal static class Evaluated
{
    private const string Document = """
        {
          "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web", "tier": "front"}, "annotations": null},
          "spec": {
            "replicas": 3, "ratio": 0.5, "paused": false, "empty": [], "names": ["c", "a", "b"], "numbers": [1, 2, 3], "mixed": [1, "a", 2.5],
            "containers": [{"name": "a", "image": "nginx:1.25", "ports": [80, 443]}, {"name": "b", "image": "redis"}]
          }
        }
        """;

    public static readonly CelEnvironment Environment = new(
        [("object", CelType.Dyn), ("n", CelType.Int), ("s", CelType.String), ("absent", CelType.Dyn), ("typed", Typed)],
        static name => name == "Thing" ? CelType.Object(name, static _ => CelType.Dyn) : null);

    private static readonly object[] Values = [JsonValues.Of(JsonNode.Parse(Document)), 7L, "text", null!, JsonValues.Of(JsonNode.Parse("""{"name":"x"}"""))];

    private static CelType Typed => CelType.Object("Thing", static name => name switch
    {
        "name" => CelType.String,
        "count" => CelType.Int,
        _ => null,
    });

    /// <returns>The value; <c>error: …</c> where evaluation fails, <c>refused: …</c> where it does not compile.</returns>
    public static string Show(string expression, CelBudget? budget = null)
    {
        CelProgram program;
        try
        {
            program = Environment.Compile(expression);
        }
        catch (CelException e)
        {
            return "refused: " + e.Message.Split('\n')[0];
        }

        try
        {
            return program.Evaluate(Values, budget ?? new CelBudget()) switch
            {
                CelError error => "error: " + error.Message,
                double number => Machinery.Cel.Evaluation.Values.FormatDouble(number),
                ulong number => number + "u",
                byte[] bytes => "b" + Convert.ToHexString(bytes),
                Machinery.Cel.Evaluation.CelTypeValue type => type.Name,
                Machinery.Cel.Evaluation.CelOptional optional => optional.Value is null ? "none" : "some " + Show(optional.Value),
                var value => Show(value),
            };
        }
        catch (CelBudgetException e)
        {
            return "stopped: " + e.Message;
        }
    }

    private static string Show(object value) => JsonValues.ToJson(value)?.ToString() ?? value.GetType().Name;
}
