using System.Globalization;

namespace Navarch.ApiServer.Resources.Batch;

/// <summary>Lists of completion indexes: numbers and ranges in ascending order, <c>1,3-5,7</c>.</summary>
internal static class JobIndexes
{
    /// <summary>How many there are; null, and the problem, where the text is malformed.</summary>
    public static long? Count(string text, int completions, out string? problem)
    {
        problem = null;
        if (text.Length == 0)
        {
            return 0;
        }

        long count = 0;
        var last = -1;
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !TryNumber(ends[0], out var first) || !TryNumber(ends[^1], out var end))
            {
                problem = $"cannot convert string to integer for index: \"{part}\"";
                return null;
            }

            if (end >= completions)
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"too large index: \"{end}\"");
                return null;
            }

            if (first <= last || (ends.Length == 2 && end <= first))
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"non-increasing order, previous: {Math.Max(last, 0)}, current: {first}");
                return null;
            }

            count += end - first + 1;
            last = end;
        }

        return count;
    }

    /// <summary>The first index that two well-formed lists have in common, or null.</summary>
    public static int? FirstCommon(string one, string other)
    {
        var (left, right) = (Ranges(one), Ranges(other));
        for (int i = 0, j = 0; i < left.Count && j < right.Count;)
        {
            var first = Math.Max(left[i].First, right[j].First);
            if (first <= Math.Min(left[i].Last, right[j].Last))
            {
                return first;
            }

            _ = left[i].Last < right[j].Last ? i++ : j++;
        }

        return null;
    }

    private static List<(int First, int Last)> Ranges(string text)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (TryNumber(ends[0], out var first) && TryNumber(ends[^1], out var last))
            {
                ranges.Add((first, last));
            }
        }

        return ranges;
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
