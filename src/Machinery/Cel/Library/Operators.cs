using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;

namespace Navarch.Machinery.Cel.Library;

/// <summary>The forms of the operators. Each has one function for all its forms, that looks at the values.</summary>
internal static class Operators
{
    private static readonly string[] Numbers = ["int", "uint", "double"];
    private static readonly string[] Others = ["string", "bool", "bytes", "timestamp", "duration"];

    private static readonly CelFunction Add = static (a, run) => Arithmetic.Add(a[0], a[1], run);
    private static readonly CelFunction Subtract = static (a, _) => Arithmetic.Subtract(a[0], a[1]);
    private static readonly CelFunction Multiply = static (a, _) => Arithmetic.Multiply(a[0], a[1]);
    private static readonly CelFunction Divide = static (a, _) => Arithmetic.Divide(a[0], a[1]);
    private static readonly CelFunction Modulo = static (a, _) => Arithmetic.Modulo(a[0], a[1]);
    private static readonly CelFunction Negate = static (a, _) => Arithmetic.Negate(a[0]);
    private static readonly CelFunction Equal = static (a, run) => Values.Box(Values.Same(a[0], a[1], run));
    private static readonly CelFunction Unequal = static (a, run) => Values.Box(!Values.Same(a[0], a[1], run));
    private static readonly CelFunction Contained = static (a, run) => IsIn(a[0], a[1], run);

    // What is looked at before all of it is evaluated is compiled apart: these are for the checker.
    private static readonly CelFunction Compiled = static (_, _) => throw new InvalidOperationException("a special form was called");

    public static IEnumerable<Overload> All =>
    [
        .. Each("_+_(T, T) -> T", [.. Numbers, "string", "bytes", "duration"], Add),
        Form("_+_(list(A), list(A)) -> list(A)", Add),
        Form("_+_(timestamp, duration) -> timestamp", Add),
        Form("_+_(duration, timestamp) -> timestamp", Add),
        .. Each("_-_(T, T) -> T", [.. Numbers, "duration"], Subtract),
        Form("_-_(timestamp, duration) -> timestamp", Subtract),
        Form("_-_(timestamp, timestamp) -> duration", Subtract),
        .. Each("_*_(T, T) -> T", Numbers, Multiply),
        .. Each("_/_(T, T) -> T", Numbers, Divide),
        .. Each("_%_(T, T) -> T", ["int", "uint"], Modulo),
        .. Each("-_(T) -> T", ["int", "double"], Negate),
        Form("!_(bool) -> bool", static (a, _) => a[0] is bool value ? Values.Box(!value) : CelError.NoSuchOverload),
        Form("_==_(A, A) -> bool", Equal),
        Form("_!=_(A, A) -> bool", Unequal),
        .. Relation("_<_", static order => order < 0),
        .. Relation("_<=_", static order => order <= 0),
        .. Relation("_>_", static order => order > 0),
        .. Relation("_>=_", static order => order >= 0),
        Form("@in(A, list(A)) -> bool", Contained),
        Form("@in(A, map(A, B)) -> bool", Contained),
        Form("_&&_(bool, bool) -> bool", Compiled),
        Form("_||_(bool, bool) -> bool", Compiled),
        Form("_?_:_(bool, A, A) -> A", Compiled),
        Form("_[_](list(A), int) -> A", Compiled),
        Form("_[_](map(A, B), A) -> B", Compiled),
        Form("_[_](optional_type(list(A)), int) -> optional_type(A)", Compiled),
        Form("_[_](optional_type(map(A, B)), A) -> optional_type(B)", Compiled),
        Form("_[?_](list(A), int) -> optional_type(A)", Compiled),
        Form("_[?_](map(A, B), A) -> optional_type(B)", Compiled),
        Form("_[?_](optional_type(list(A)), int) -> optional_type(A)", Compiled),
        Form("_[?_](optional_type(map(A, B)), A) -> optional_type(B)", Compiled),
    ];

    private static Overload Form(string signature, CelFunction function) => Signature.Read(signature, function);

    private static IEnumerable<Overload> Each(string signature, string[] types, CelFunction function) =>
        types.Select(type => Form(signature.Replace("T", type), function));

    // Numbers compare with numbers of any type, everything else with its own.
    private static IEnumerable<Overload> Relation(string name, Func<int, bool> holds)
    {
        CelFunction function = (a, run) => Compare(a[0], a[1], holds, run);
        return Numbers.SelectMany(left => Numbers.Select(right => Form($"{name}({left}, {right}) -> bool", function)))
            .Concat(Others.Select(type => Form($"{name}({type}, {type}) -> bool", function)));
    }

    private static object Compare(object left, object right, Func<int, bool> holds, CelRun run)
    {
        if (left is string a && right is string b)
        {
            run.Walk(Math.Min(a.Length, b.Length));
        }

        return Ordering.Compare(left, right) is { } order ? Values.Box(holds(order))
            : left is double or long or ulong && right is double or long or ulong ? Values.Box(false) // One is NaN.
            : CelError.NoSuchOverload;
    }

    private static object IsIn(object value, object container, CelRun run)
    {
        switch (container)
        {
            case CelMap map:
                return Values.Box(map.Find(value) is not null);
            case CelList list:
                foreach (var item in list)
                {
                    if (Values.Same(item, value, run))
                    {
                        return JsonValues.True;
                    }
                }

                return JsonValues.False;
            default:
                return CelError.NoSuchOverload;
        }
    }
}
