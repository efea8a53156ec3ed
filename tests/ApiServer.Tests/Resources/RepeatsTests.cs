using Navarch.ApiServer.Resources;

namespace Navarch.ApiServer.Tests.Resources;

public sealed class RepeatsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    public void An_item_is_a_repeat_when_one_before_it_has_its_key(int count)
    {
        var random = new Random(count);
        var items = Enumerable.Range(0, count).Select(_ => random.Next(count)).ToArray();

        var repeats = Repeats.Of(items, static item => item / 2);

        Assert.Equal(items.Select((item, i) => items.Take(i).Any(other => other / 2 == item / 2)), repeats);
    }
}
