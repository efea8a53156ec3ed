using System.Text.RegularExpressions;

namespace Navarch.Testing;

/// <summary>
/// Finds what no log may hold: tokens, private keys, and values that tests put into Secrets. Used on everything that the tests'
/// servers and clusters log; tests/run looks through the tests' own output in the same way.
/// </summary>
public static partial class SecretLeaks
{
    /// <summary>Part of values that tests put into Secrets, passwords and the like. Not in the form it is looked for in, so that this file may be printed.</summary>
    public const string Marker = "never" + "-print-me";

    private const int PlaceLength = 60;

    /// <summary>Says of each find what stands before it, and how long it is. What was found is not repeated.</summary>
    public static IEnumerable<string> In(string text) => Secret.Matches(text).Select(match =>
        $"…{text[Math.Max(0, match.Index - PlaceLength)..match.Index].ReplaceLineEndings(" ")}[{match.Length} characters that look like a secret]");

    /// <summary>Looks through files, of a cluster say, before they are deleted.</summary>
    /// <exception cref="InvalidOperationException">Something is found.</exception>
    public static void ThrowIfIn(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var number = 0;
            foreach (var line in File.ReadLines(file))
            {
                number++;
                found.AddRange(In(line).Select(find => $"{file}:{number}: {find}"));
            }
        }

        if (found.Count > 0)
        {
            throw new InvalidOperationException("secrets were logged:\n" + string.Join('\n', found.Take(20)));
        }
    }

    [GeneratedRegex(@"never-print-me|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|bmV2ZXItcHJpbnQtbW|5ldmVyLXByaW50LW1l|uZXZlci1wcmludC1tZ", RegexOptions.CultureInvariant, 10_000)]
    private static partial Regex Secret { get; }
}
