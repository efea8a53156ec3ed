using Navarch.ApiServer.Resources;

namespace Navarch.ApiServer.Tests.Resources;

public sealed class CellsTests
{
    [Theory]
    [InlineData(-5, "<invalid>")]
    [InlineData(-1, "0s")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(303, "5m3s")]
    [InlineData(600, "10m")]
    [InlineData(10799, "179m")]
    [InlineData(10800, "3h")]
    [InlineData(11100, "3h5m")]
    [InlineData(28800, "8h")]
    [InlineData(172799, "47h")]
    [InlineData(172800, "2d")]
    [InlineData(180000, "2d2h")]
    [InlineData(691200, "8d")]
    [InlineData(63072000, "2y")]
    [InlineData(63158400, "2y1d")]
    [InlineData(252288000, "8y")]
    public void Ages_are_cut_to_what_matters(long seconds, string text) => Assert.Equal(text, Cells.HumanDuration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_time_that_is_not_known_is_said_to_be_unknown() => Assert.Equal("<unknown>", Cells.Age(null, ResourceHarness.Now));

    [Fact]
    public void Long_lists_are_cut_after_three() => Assert.Equal("a,b,c + 2 more...", Cells.FirstThree(["a", "b", "c", "d", "e"]));
}
