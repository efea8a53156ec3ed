using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;

namespace Navarch.Machinery.Cel.Library;

/// <summary>How many characters, bytes, elements or keys there are.</summary>
internal static class Sizes
{
    public static IEnumerable<Overload> All => new[] { "string", "bytes", "list(A)", "map(A, B)" }
        .SelectMany(static type => new[] { Signature.Read($"size({type}) -> int", Size), Signature.Read($"{type}.size() -> int", Size) });

    private static object Size(ReadOnlySpan<object> arguments, CelRun run)
    {
        switch (arguments[0])
        {
            case string text:
                run.Walk(text.Length);
                return (long)CodePoints.Count(text);
            case byte[] bytes:
                return (long)bytes.Length;
            case CelList list:
                return (long)list.Count;
            default:
                return (long)((CelMap)arguments[0]).Count;
        }
    }
}
