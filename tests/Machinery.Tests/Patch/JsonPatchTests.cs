using Navarch.Machinery.Json;
using Navarch.Machinery.Patch;

namespace Navarch.Machinery.Tests.Patch;

public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":[1]}]""", """{"a":1,"b":[1]}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":2}]""", """{"a":[1,2]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/-1","value":2}]""", """{"a":[1,2]}""")]
    [InlineData("""{"a":1,"b":2}""", """[{"op":"remove","path":"/a"}]""", """{"b":2}""")]
    [InlineData("""{"a":[1,2,3]}""", """[{"op":"remove","path":"/a/-1"}]""", """{"a":[1,2]}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/a","value":null}]""", """{"a":null}""")]
    [InlineData("""{"a":{"x":1},"b":{}}""", """[{"op":"move","from":"/a/x","path":"/b/y"}]""", """{"a":{},"b":{"y":1}}""")]
    [InlineData("""{"a":{"x":1}}""", """[{"op":"copy","from":"/a","path":"/a/y"}]""", """{"a":{"x":1,"y":{"x":1}}}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1.0},{"op":"add","path":"/b","value":1}]""", """{"a":1,"b":1}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """[{"op":"test","path":"/a","value":{"c":2,"b":1}}]""", """{"a":{"b":1,"c":2}}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/none","value":null}]""", """{"a":1}""")]
    [InlineData("""{"a/b":1,"m~n":2,"~1":3}""", """[{"op":"remove","path":"/a~1b"},{"op":"remove","path":"/m~0n"},{"op":"remove","path":"/~01"}]""", """{}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":{"b":2}}]""", """{"b":2}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a","path":"/a"}]""", """{"a":{"b":1}}""")]
    public void Operations_change_the_document(string document, string patch, string result) =>
        Assert.Equal(result, Apply(document, patch).ToString());

    [Theory]
    [InlineData("""[{"op":"remove","path":"/none"}]""")]
    [InlineData("""[{"op":"replace","path":"/none","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/none/x","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/list/5","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/list/x","value":1}]""")]
    [InlineData("""[{"op":"remove","path":"/list/1"}]""")]
    [InlineData("""[{"op":"test","path":"/list","value":[2]}]""")]
    [InlineData("""[{"op":"move","from":"/o","path":"/o/inside"}]""")]
    [InlineData("""[{"op":"copy","from":"/none","path":"/x"}]""")]
    [InlineData("""[{"op":"jump","path":"/list"}]""")]
    [InlineData("""[{"path":"/list"}]""")]
    [InlineData("""[{"op":"add","path":"list","value":1}]""")]
    [InlineData("""[{"op":"copy","path":"/list"}]""")]
    [InlineData("""[{"op":"remove"}]""")]
    public void What_does_not_fit_is_refused_as_invalid(string patch)
    {
        var error = Assert.Throws<PatchException>(() => Apply("""{"list":[1],"o":{}}""", patch));

        Assert.Equal(422, error.Status.Code);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""[1]""")]
    [InlineData("""[{"op":"add","path":7,"value":1}]""")]
    public void What_is_not_a_patch_is_a_bad_request(string patch)
    {
        var error = Assert.Throws<PatchException>(() => Apply("""{"a":1}""", patch));

        Assert.Equal(400, error.Status.Code);
    }

    [Fact]
    public void Ten_thousand_operations_are_allowed_and_one_more_is_not()
    {
        static string Operations(int count) => $"[{string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/a","value":1}""", count))}]";

        Assert.Equal("""{"a":1}""", Apply("""{"a":1}""", Operations(10_000)).ToString());
        Assert.Equal(413, Assert.Throws<PatchException>(() => Apply("""{"a":1}""", Operations(10_001))).Status.Code);
    }

    [Fact]
    public void Copies_that_double_the_document_each_time_are_stopped()
    {
        var operations = string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""{"op":"copy","from":"/a","path":"/a/n{{i}}"}"""));

        var error = Assert.Throws<PatchException>(() => Apply("""{"a":{"x":1}}""", $"[{operations}]"));

        Assert.Equal(422, error.Status.Code);
    }

    [Fact]
    public void Towers_of_copies_of_values_and_of_moves_are_stopped_before_they_outgrow_a_stack()
    {
        var tip = (int depth) => "/x" + string.Concat(Enumerable.Repeat("/a", depth));
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 400)) + "1" + new string('}', 400);
        string[] towers =
        [
            string.Join(',', Enumerable.Range(0, 18).Select(i => $$"""{"op":"copy","from":"/x","path":"{{tip(1 << i)}}"}""")),
            string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""{"op":"add","path":"{{tip((400 * i) + 1)}}","value":{{deep}}}""")),
            string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""{"op":"add","path":"/y","value":{{deep}}},{"op":"move","from":"/y","path":"{{tip((400 * i) + 1)}}"}""")),
        ];
        foreach (var tower in towers)
        {
            var error = Assert.Throws<PatchException>(() => Apply("""{"x":{}}""", $"[{tower}]"));

            Assert.Equal("a JSON patch nests values too deeply", error.Message);
        }

        Assert.Equal(500, Apply("{}", $$"""[{"op":"add","path":"/x","value":{{string.Concat(Enumerable.Repeat("[", 500))}}{{new string(']', 500)}}},{"op":"move","from":"/x","path":"/y"}]""").ToString().Count(static letter => letter == '['));
    }

    private static JsonNode Apply(string document, string patch) => JsonPatch.Read(JsonNode.Parse(patch)).Apply(JsonNode.Parse(document));
}
