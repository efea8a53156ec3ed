using Navarch.Api.Json;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Tests.Json;

public sealed class JsonNodeTests
{
    [Theory]
    [InlineData("""{"b":1.50,"a":[true,false,null,"x"],"c":{}}""")]
    [InlineData("12345678901234567890123")]
    public void What_is_read_is_written_byte_for_byte(string text) => Assert.Equal(text, JsonNode.Parse(text).ToString());

    [Fact]
    public void Duplicates_are_reported_by_path_and_the_last_one_counts()
    {
        var node = JsonNode.Parse("""{"a":[{"b":1,"b":2}],"a":[{"b":3}]}"""u8, out var duplicates);

        Assert.Equal("""{"a":[{"b":3}]}""", node.ToString());
        Assert.Equal(["duplicate field \"a[0].b\"", "duplicate field \"a\""], duplicates);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("[1,]")]
    [InlineData("\u0000")]
    public void Malformed_text_is_refused(string text) => Assert.Throws<ApiJsonException>(() => JsonNode.Parse(text));

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        Assert.Throws<ApiJsonException>(() => JsonNode.Parse(new string('[', 100_000)));
        Assert.Throws<ApiJsonException>(() => JsonNode.Parse(new string('[', JsonNode.DepthMax + 1) + new string(']', JsonNode.DepthMax + 1)));
        var deepest = new string('[', JsonNode.DepthMax) + new string(']', JsonNode.DepthMax);
        Assert.Equal(deepest, JsonNode.Parse(deepest).Clone().ToString());
        Assert.Throws<ApiJsonException>(() => JsonNode.Parse($"[{string.Join(',', Enumerable.Repeat("1", JsonNode.CountMax + 1))}]"));
    }

    [Fact]
    public void Many_members_are_found_after_removal_and_change()
    {
        var node = new JsonObject();
        for (var i = 0; i < 100; i++)
        {
            node["k" + i] = new JsonNumber(i);
        }

        node.Remove("k50");
        node["k51"] = new JsonText("x");

        Assert.Null(node["k50"]);
        Assert.Equal("x", node.FindText("k51"));
        Assert.Equal("99", node["k99"]!.ToString());
        Assert.Equal(99, node.Count);
    }
}
