using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Making and opening optional values.</summary>
internal static class Optionals
{
    public static IEnumerable<Overload> All =>
    [
        Signature.Read("optional.of(A) -> optional_type(A)", static (a, _) => new CelOptional(a[0])),
        Signature.Read("optional.none() -> optional_type(A)", static (_, _) => CelOptional.None),
        Signature.Read("optional.ofNonZeroValue(A) -> optional_type(A)", static (a, _) => IsZero(a[0]) ? CelOptional.None : new CelOptional(a[0])),
        Signature.Read("optional_type(A).hasValue() -> bool", static (a, _) => Values.Box(((CelOptional)a[0]).Value is not null)),
        Signature.Read("optional_type(A).value() -> A", static (a, _) => ((CelOptional)a[0]).Value ?? new CelError("optional.none() dereference")),
        Signature.Read("optional_type(A).or(optional_type(A)) -> optional_type(A)", static (a, _) => ((CelOptional)a[0]).Value is null ? a[1] : a[0]),
        Signature.Read("optional_type(A).orValue(A) -> A", static (a, _) => ((CelOptional)a[0]).Value ?? a[1]),
    ];

    private static bool IsZero(object value) => value switch
    {
        JsonNull or false or 0L or 0UL or 0.0 or "" => true,
        byte[] bytes => bytes.Length == 0,
        CelList list => list.Count == 0,
        CelMap map => map.Count == 0,
        CelDuration span => span.Nanoseconds == 0,
        CelOptional optional => optional.Value is null,
        _ => false,
    };
}
