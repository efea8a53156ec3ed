using Navarch.Machinery.Json;
using Navarch.Machinery.Patch;

namespace Navarch.Machinery.Tests.Patch;

public sealed class JsonMergePatchTests
{
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void The_cases_of_the_standard(string document, string patch, string result) =>
        Assert.Equal(result, JsonMergePatch.Apply((JsonObject)JsonNode.Parse(document), JsonNode.Parse(patch)).ToString());

    [Fact]
    public void A_patch_that_is_no_object_is_a_bad_request() =>
        Assert.Equal(400, Assert.Throws<PatchException>(() => JsonMergePatch.Apply(new JsonObject(), JsonNode.Parse("[1]"))).Status.Code);

    [Fact]
    public void A_patch_shares_nothing_with_the_document_it_changed()
    {
        var patch = JsonNode.Parse("""{"a":[{"b":1}]}""");
        var document = JsonMergePatch.Apply(new JsonObject(), patch);

        ((JsonArray)document["a"]!).Items.Clear();

        Assert.Equal("""{"a":[{"b":1}]}""", patch.ToString());
    }

    [Fact]
    public void A_difference_applied_gives_the_other_document()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 500; round++)
        {
            var (from, to) = (RandomJson.Object(random), RandomJson.Object(random));

            var patch = JsonMergePatch.Diff(from, to);
            var result = JsonMergePatch.Apply((JsonObject)from.Clone(), patch);

            Assert.True(to.Equals(result), $"round {round}: {from} -> {to} by {patch} gave {result}");
            Assert.Equal(0, JsonMergePatch.Diff(result, to).Count);
        }
    }
}
