namespace Navarch.ApiServer.Registry;

/// <summary>Makes names from a prefix. Safe from any thread.</summary>
internal sealed class GeneratedName(Random random)
{
    // No vowels, and nothing that looks like another: names must not spell words.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int SuffixLength = 5;
    private const int NameMax = 63;

    private readonly Lock gate = new();

    public string From(string prefix)
    {
        Span<char> suffix = stackalloc char[SuffixLength];
        lock (gate)
        {
            foreach (ref var c in suffix)
            {
                c = Alphabet[random.Next(Alphabet.Length)];
            }
        }

        return string.Concat(prefix.AsSpan(0, Math.Min(prefix.Length, NameMax - SuffixLength)), suffix);
    }
}
