namespace Navarch.Machinery.Cel.Library;

/// <summary>Places in a text counted in code points, as the language counts. Text without surrogates, nearly all, is counted in passing.</summary>
internal static class CodePoints
{
    public static int Count(string text)
    {
        var count = text.Length;
        for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDBFF'); i >= 0 && i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                count--;
                i++;
            }
        }

        return count;
    }

    /// <summary>Where the code point of that number begins; the end of the text for the one after the last. Negative where there is none.</summary>
    public static int Offset(string text, long number)
    {
        if (number < 0 || number > text.Length)
        {
            return -1;
        }

        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return (int)number;
        }

        var at = 0;
        for (; number > 0 && at < text.Length; number--)
        {
            at += at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
        }

        return number == 0 ? at : -1;
    }
}
