using Navarch.Api;
using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Amounts of resources: <c>quantity('500Mi')</c>.</summary>
internal static class Quantities
{
    public const string TypeName = "kubernetes.Quantity";

    public static IEnumerable<Overload> All =>
    [
        Signature.Read($"quantity(string) -> {TypeName}", static (a, run) => Parse((string)a[0], run)),
        Signature.Read("isQuantity(string) -> bool", static (a, run) => Values.Box(Parse((string)a[0], run) is Amount)),
        Signature.Read($"{TypeName}.sign() -> int", static (a, _) => (long)Math.Sign(Of(a[0]).Value)),
        Signature.Read($"{TypeName}.isInteger() -> bool", static (a, _) => Values.Box(decimal.IsInteger(Of(a[0]).Value))),
        Signature.Read($"{TypeName}.asInteger() -> int", static (a, _) => decimal.IsInteger(Of(a[0]).Value) ? (long)Of(a[0]).Value : new CelError("cannot convert value to integer")),
        Signature.Read($"{TypeName}.asApproximateFloat() -> double", static (a, _) => (double)Of(a[0]).Value),
        Signature.Read($"{TypeName}.isGreaterThan({TypeName}) -> bool", static (a, _) => Values.Box(Of(a[0]) > Of(a[1]))),
        Signature.Read($"{TypeName}.isLessThan({TypeName}) -> bool", static (a, _) => Values.Box(Of(a[0]) < Of(a[1]))),
        Signature.Read($"{TypeName}.compareTo({TypeName}) -> int", static (a, _) => (long)Of(a[0]).CompareTo(Of(a[1]))),
        Signature.Read($"{TypeName}.add({TypeName}) -> {TypeName}", static (a, _) => new Amount(Of(a[0]) + Of(a[1]))),
        Signature.Read($"{TypeName}.add(int) -> {TypeName}", static (a, _) => new Amount(Of(a[0]) + new Quantity((long)a[1]))),
        Signature.Read($"{TypeName}.sub({TypeName}) -> {TypeName}", static (a, _) => new Amount(Of(a[0]) - Of(a[1]))),
        Signature.Read($"{TypeName}.sub(int) -> {TypeName}", static (a, _) => new Amount(Of(a[0]) - new Quantity((long)a[1]))),
    ];

    private static object Parse(string text, CelRun run)
    {
        run.Walk(text.Length);
        return Quantity.TryParse(text, out var amount)
            ? new Amount(amount)
            : new CelError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }

    private static Quantity Of(object value) => ((Amount)value).Quantity;

    // Equal by amount, however it is written: 1Gi is 1024Mi.
    private sealed class Amount(Quantity quantity) : ICelValue
    {
        public Quantity Quantity { get; } = quantity;

        public string TypeName => Quantities.TypeName;

        public override bool Equals(object? other) => other is Amount amount && amount.Quantity.Value == Quantity.Value;

        public override int GetHashCode() => Quantity.Value.GetHashCode();
    }
}
