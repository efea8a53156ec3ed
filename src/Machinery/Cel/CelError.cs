namespace Navarch.Machinery.Cel;

/// <summary>What an evaluation comes to when it fails: a value, because <c>a || b</c> is true where one side fails and the other holds.</summary>
public sealed class CelError(string message)
{
    /// <summary>The arguments of a function or operator have types it is not made for.</summary>
    internal static readonly CelError NoSuchOverload = new("no such overload");
    internal static readonly CelError IntegerOverflow = new("integer overflow");
    internal static readonly CelError UnsignedOverflow = new("unsigned integer overflow");
    internal static readonly CelError DivisionByZero = new("division by zero");
    internal static readonly CelError ModulusByZero = new("modulus by zero");
    internal static readonly CelError DurationOverflow = new("duration overflow");
    internal static readonly CelError TimestampOverflow = new("timestamp overflow");
    internal static readonly CelError TooLarge = new("result is too large");

    public string Message { get; } = message;

    internal static CelError NoSuchKey(object key) => new($"no such key: {Evaluation.Values.Show(key)}");

    public override string ToString() => Message;
}
