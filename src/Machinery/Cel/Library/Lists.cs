using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Functions of whole lists.</summary>
internal static class Lists
{
    private static readonly string[] Ordered = ["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"];

    public static IEnumerable<Overload> All =>
    [
        .. Ordered.Select(static type => Signature.Read($"list({type}).isSorted() -> bool", static (a, run) => IsSorted((CelList)a[0], run))),
        .. Ordered.Select(static type => Signature.Read($"list({type}).min() -> {type}", static (a, run) => Extreme((CelList)a[0], "min", -1, run))),
        .. Ordered.Select(static type => Signature.Read($"list({type}).max() -> {type}", static (a, run) => Extreme((CelList)a[0], "max", 1, run))),
        Signature.Read("list(int).sum() -> int", static (a, run) => Sum((CelList)a[0], 0L, run)),
        Signature.Read("list(uint).sum() -> uint", static (a, run) => Sum((CelList)a[0], 0UL, run)),
        Signature.Read("list(double).sum() -> double", static (a, run) => Sum((CelList)a[0], 0.0, run)),
        Signature.Read("list(duration).sum() -> duration", static (a, run) => Sum((CelList)a[0], new CelDuration(0), run)),
        Signature.Read("list(A).indexOf(A) -> int", static (a, run) => IndexOf((CelList)a[0], a[1], run, fromEnd: false)),
        Signature.Read("list(A).lastIndexOf(A) -> int", static (a, run) => IndexOf((CelList)a[0], a[1], run, fromEnd: true)),
    ];

    private static object IsSorted(CelList list, CelRun run)
    {
        run.Walk(list.Count);
        for (var i = 1; i < list.Count; i++)
        {
            if (Ordering.Compare(list[i - 1], list[i]) is not { } order)
            {
                return CelError.NoSuchOverload;
            }

            if (order > 0)
            {
                return JsonValues.False;
            }
        }

        return JsonValues.True;
    }

    private static object Extreme(CelList list, string name, int wanted, CelRun run)
    {
        run.Walk(list.Count);
        if (list.Count == 0)
        {
            return new CelError($"{name} called on empty list");
        }

        var best = list[0];
        for (var i = 1; i < list.Count; i++)
        {
            if (Ordering.Compare(list[i], best) is not { } order)
            {
                return CelError.NoSuchOverload;
            }

            best = order * wanted > 0 ? list[i] : best;
        }

        return best;
    }

    private static object Sum(CelList list, object none, CelRun run)
    {
        var sum = none;
        foreach (var item in list)
        {
            run.Spend(1);
            sum = Arithmetic.Add(sum, item, run);
            if (sum is CelError)
            {
                return sum;
            }
        }

        return sum;
    }

    private static object IndexOf(CelList list, object wanted, CelRun run, bool fromEnd)
    {
        for (var i = 0; i < list.Count; i++)
        {
            var at = fromEnd ? list.Count - 1 - i : i;
            if (Values.Same(list[at], wanted, run))
            {
                return (long)at;
            }
        }

        return -1L;
    }
}
