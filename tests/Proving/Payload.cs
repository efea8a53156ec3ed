using System.Text;

namespace Navarch.Proving;

/// <summary>
/// Values that name the write they come from and say whether they are whole: a value that is half there, or mixed of two, is
/// neither.
/// </summary>
public static class Payload
{
    /// <summary>The value of a write.</summary>
    /// <param name="id">Names the write. No dots.</param>
    /// <param name="length">How many characters follow the name.</param>
    public static string Of(string id, int length)
    {
        var text = new StringBuilder($"{id}.{length}.");
        for (var i = 0; i < length; i++)
        {
            text.Append(Letter(id, i));
        }

        return text.ToString();
    }

    /// <summary>The name of the write.</summary>
    /// <exception cref="InvalidDataException">The value was never written as it is.</exception>
    public static string Id(string value)
    {
        var parts = value.Split('.');
        return parts.Length == 3 && int.TryParse(parts[1], out var length) && Of(parts[0], length) == value
            ? parts[0]
            : throw new InvalidDataException($"a value that nobody wrote: {value}");
    }

    private static char Letter(string id, int i) => (char)('a' + (id[i % id.Length] + (i * 7) + (i / 26)) % 26);
}
