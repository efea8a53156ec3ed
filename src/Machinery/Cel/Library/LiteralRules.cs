using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;
using Navarch.Machinery.Cel.Syntax;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Patterns, times and spans that are written out are looked at when an expression is compiled: they would fail every time.</summary>
internal static class LiteralRules
{
    public static void Check(Resolution resolution, CelSource source)
    {
        var problems = new List<CelProblem>();
        foreach (var call in resolution.Calls.Keys.OfType<Call>())
        {
            if (call.Arguments is not [.., Literal { Value: string text } argument])
            {
                continue;
            }

            var isValid = call.Function switch
            {
                "matches" => Pattern.Compile(text, out _) is not null,
                "timestamp" when call.Target is null => CelTimestamp.Parse(text) is not null,
                "duration" when call.Target is null => CelDuration.Parse(text) is not null,
                _ => true,
            };
            if (!isValid)
            {
                problems.Add(new CelProblem(argument.Position, $"invalid {call.Function} argument"));
            }
        }

        if (problems.Count > 0)
        {
            throw source.Failure(problems);
        }
    }
}
