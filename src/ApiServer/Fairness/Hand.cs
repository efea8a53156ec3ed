namespace Navarch.ApiServer.Fairness;

/// <summary>
/// Shuffle sharding: gives each flow a few of a level's queues, the same ones each time. A flow that floods fills its own
/// hand, and any other flow almost surely holds a queue that is not in it.
/// </summary>
internal static class Hand
{
    /// <summary>Deals as from a pack of cards: <paramref name="dealt"/> gets different numbers below <paramref name="deck"/>, fixed by <paramref name="hash"/>.</summary>
    public static void Deal(ulong hash, int deck, Span<int> dealt)
    {
        for (var count = 0; count < dealt.Length; count++)
        {
            var left = (ulong)(deck - count);
            var card = (int)(hash % left);
            hash /= left;

            // The card's place among those left becomes its place among all; `dealt` is kept in order for it.
            var at = 0;
            while (at < count && dealt[at] <= card)
            {
                card++;
                at++;
            }

            dealt[at..count].CopyTo(dealt[(at + 1)..]);
            dealt[at] = card;
        }
    }
}
