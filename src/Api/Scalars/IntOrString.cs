using System.Globalization;
using Navarch.Api.Json;

namespace Navarch.Api;

/// <summary>A 32-bit number or a string: a port by number or name, a count or a percentage.</summary>
public readonly record struct IntOrString
{
    private readonly string? text;

    public IntOrString(int number) => Number = number;

    public IntOrString(string text) => this.text = text;

    /// <summary>The number; 0 when this is a string.</summary>
    public int Number { get; }

    /// <summary>The string; empty when this is a number.</summary>
    public string Text => text ?? "";

    public bool IsString => text is not null;

    public static implicit operator IntOrString(int number) => new(number);

    /// <summary>This number, or this percentage of <paramref name="total"/>, rounded up or down.</summary>
    /// <exception cref="FormatException">A string that is not a percentage.</exception>
    public int ScaledBy(int total, bool roundUp)
    {
        if (!IsString)
        {
            return Number;
        }

        if (!Text.EndsWith('%') || !int.TryParse(Text.AsSpan(0, Text.Length - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var percent))
        {
            throw new FormatException($"invalid value for IntOrString: \"{Text}\" is not a percentage");
        }

        var value = (long)percent * total;
        return (int)(roundUp ? (value + 99) / 100 : value / 100);
    }

    public override string ToString() => IsString ? Text : Number.ToString(CultureInfo.InvariantCulture);

    internal static IntOrString Read(ref ApiReader reader) =>
        reader.IsString ? new IntOrString(reader.ReadString()) : new IntOrString(reader.ReadInt32());

    internal void Write(ApiWriter writer)
    {
        if (IsString)
        {
            writer.String(Text);
        }
        else
        {
            writer.Number(Number);
        }
    }
}
