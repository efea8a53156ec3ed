using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Lists compared as sets: neither order nor repetition counts.</summary>
internal static class Sets
{
    public static IEnumerable<Overload> All =>
    [
        Signature.Read("sets.contains(list(A), list(A)) -> bool", static (a, run) => Values.Box(Contains((CelList)a[0], (CelList)a[1], run))),
        Signature.Read("sets.equivalent(list(A), list(A)) -> bool", static (a, run) => Values.Box(Contains((CelList)a[0], (CelList)a[1], run) && Contains((CelList)a[1], (CelList)a[0], run))),
        Signature.Read("sets.intersects(list(A), list(A)) -> bool", static (a, run) => Values.Box(Intersects((CelList)a[0], (CelList)a[1], run))),
    ];

    private static bool Contains(CelList all, CelList some, CelRun run) => some.All(item => all.Any(other => Values.Same(item, other, run)));

    private static bool Intersects(CelList left, CelList right, CelRun run) => left.Any(item => right.Any(other => Values.Same(item, other, run)));
}
