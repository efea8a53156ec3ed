using System.Globalization;

namespace Navarch.Api;

/// <summary>A point in time with microseconds, always written with six digits of fraction.</summary>
public readonly record struct MicroTime(DateTimeOffset Value) : IComparable<MicroTime>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Parts finer than a microsecond are cut off, so that a value equals itself after a round trip.</summary>
    public DateTimeOffset Value { get; } = new(Value.UtcTicks - (Value.UtcTicks % 10), TimeSpan.Zero);

    public static implicit operator MicroTime(DateTimeOffset time) => new(time);

    public int CompareTo(MicroTime other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
}
