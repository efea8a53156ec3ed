namespace Navarch.Api;

/// <summary>Deep equality of the collections that API types are made of.</summary>
public static class Same
{
    public static bool Lists<T>(IReadOnlyList<T> left, IReadOnlyList<T> right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left.Count != right.Count)
        {
            return false;
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (!Value(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    public static bool Bytes(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => left.Span.SequenceEqual(right.Span);

    internal static bool Values<T>(T[] left, T[] right)
    {
        for (var i = 0; i < left.Length; i++)
        {
            if (!Value(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    // A ReadOnlyMemory compares its reference, not its bytes, and a list of strings as a map's value its reference too.
    private static bool Value<T>(T left, T right) => (left, right) switch
    {
        (ReadOnlyMemory<byte> l, ReadOnlyMemory<byte> r) => Bytes(l, r),
        (IReadOnlyList<string> l, IReadOnlyList<string> r) => Lists(l, r),
        _ => EqualityComparer<T>.Default.Equals(left, right),
    };
}
