using System.Text.RegularExpressions;
using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;
using Navarch.Machinery.Cel.Syntax;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Regular expressions. Time is linear in the text whatever the pattern is, and both are paid for.</summary>
internal static class Regexes
{
    // What compiling a pattern takes, against a step of an evaluation. Patterns that are written out are compiled once.
    private const int CompileCost = 500;

    public static IEnumerable<Overload> All =>
    [
        Signature.Read("string.matches(string) -> bool", static (a, run) => With(a, run, Matches)),
        Signature.Read("matches(string, string) -> bool", static (a, run) => With(a, run, Matches)),
        Signature.Read("string.find(string) -> string", static (a, run) => With(a, run, Find)),
        Signature.Read("string.findAll(string) -> list(string)", static (a, run) => With(a, run, static (regex, text) => FindAll(regex, text, -1))),
        Signature.Read("string.findAll(string, int) -> list(string)", static (a, run) =>
        {
            var limit = (long)a[2];
            return With(a, run, (regex, text) => FindAll(regex, text, limit));
        }),
    ];

    /// <summary>A call of <c>matches</c> whose pattern is written out; null for other calls.</summary>
    public static Step? Prepared(Call call, Step[] arguments)
    {
        if (call is not { Function: "matches" or "find" } || arguments.Length != 2 || call.Arguments[^1] is not Literal { Value: string pattern } || Pattern.Compile(pattern, out _) is not { } compiled)
        {
            return null;
        }

        Func<Regex, string, object> use = call.Function == "matches" ? Matches : Find;
        var text = arguments[0];
        return run =>
        {
            run.Spend(1);
            switch (text(run))
            {
                case string value:
                    Pay(run, value, compiled);
                    return use(compiled.Regex, value);
                case var other:
                    return other as CelError ?? CelError.NoSuchOverload;
            }
        };
    }

    private static object With(ReadOnlySpan<object> arguments, CelRun run, Func<Regex, string, object> use)
    {
        var (text, pattern) = ((string)arguments[0], (string)arguments[1]);
        run.Spend(CompileCost + (10 * pattern.Length));
        if (Pattern.Compile(pattern, out var problem) is not { } compiled)
        {
            return new CelError($"error parsing regexp: {problem}");
        }

        Pay(run, text, compiled);
        return use(compiled.Regex, text);
    }

    private static void Pay(CelRun run, string text, CompiledPattern pattern) => run.Spend((long)(((text.Length * 0.1) + 1) * (pattern.Size + 1)));

    private static object Matches(Regex regex, string text) => Values.Box(regex.IsMatch(text));

    private static object Find(Regex regex, string text) => regex.Match(text).Value;

    private static object FindAll(Regex regex, string text, long limit)
    {
        var found = new List<object>();
        for (var match = regex.Match(text); match.Success && found.Count != limit; match = match.NextMatch())
        {
            found.Add(match.Value);
        }

        return CelList.Of(found);
    }
}
