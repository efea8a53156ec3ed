using FsCheck;
using FsCheck.Fluent;
using Navarch.ApiServer.Fairness;

namespace Navarch.ApiServer.Tests.Fairness;

public sealed class HandTests
{
    [Fact]
    public void A_hand_holds_different_queues_of_the_deck_and_the_same_ones_for_the_same_flow() => Prop.ForAll(
        ArbMap.Default.ArbFor<ulong>(), Gen.Choose(8, 200).ToArbitrary(), Gen.Choose(1, 8).ToArbitrary(), static (hash, deck, size) =>
        {
            var hand = Deal(hash, deck, size);
            return hand.Distinct().Count() == size && hand.All(card => card >= 0 && card < deck) && hand.SequenceEqual(Deal(hash, deck, size));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Hands_are_dealt_evenly()
    {
        var random = new Random(7);
        var counts = new int[16];
        for (var i = 0; i < 40_000; i++)
        {
            foreach (var card in Deal((ulong)random.NextInt64(), 16, 4))
            {
                counts[card]++;
            }
        }

        Assert.All(counts, static count => Assert.InRange(count, 9_500, 10_500));
    }

    private static int[] Deal(ulong hash, int deck, int size)
    {
        var hand = new int[size];
        Hand.Deal(hash, deck, hand);
        return hand;
    }
}
