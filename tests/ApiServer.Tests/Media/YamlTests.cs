using System.Text;
using Navarch.ApiServer.Media;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Tests.Media;

public sealed class YamlTests
{
    [Theory]
    [InlineData("a: 1\nb: [x, 'y', 2.5, true, null, ~]\n", """{"a":1,"b":["x","y",2.5,true,null,null]}""")]
    [InlineData("a: yes\nb: 'no'\nc: 0o17\nd: 0x1f\ne: 1e3\n", """{"a":true,"b":"no","c":15,"d":31,"e":1000}""")]
    [InlineData("a: &x {k: v}\nb: *x\n", """{"a":{"k":"v"},"b":{"k":"v"}}""")]
    [InlineData("a: |\n  one\n  two\n", """{"a":"one\ntwo\n"}""")]
    [InlineData("a: 1.2.3\nb: -x\nc: 2024-01-01\n", """{"a":"1.2.3","b":"-x","c":"2024-01-01"}""")]
    [InlineData("", "null")]
    public void Yaml_is_another_spelling_of_json(string yaml, string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(Yaml.ToJson(Encoding.UTF8.GetBytes(yaml))));

    [Theory]
    [InlineData("""{"a":"true","b":"1","c":"","d":"x: y","e":"a\nb\n","f":["-"],"g":{},"h":[],"i":"null","j":"~","k":"0x10","l":" x","m":"#","n":"é","o":"on"}""")]
    [InlineData("""{"a":{"b":[{"c":1,"d":[[2]]}]},"e":1.5,"f":false,"g":null,"h":"2024-01-01T00:00:00Z"}""")]
    public void What_is_written_is_read_back(string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(Yaml.ToJson(Yaml.FromJson(Encoding.UTF8.GetBytes(json)))));

    [Fact]
    public void A_bomb_of_aliases_is_refused()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++)
        {
            bomb.Append($"a{i}: &a{i} [").AppendJoin(',', Enumerable.Repeat($"*a{i - 1}", 10)).Append("]\n");
        }

        var refused = Assert.Throws<StatusException>(() => Yaml.ToJson(Encoding.UTF8.GetBytes(bomb.ToString())));
        Assert.Contains("aliasing", refused.Message);
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("a: *unknown")]
    [InlineData("a:\n\t- b")]
    public void What_is_not_yaml_is_refused(string yaml) =>
        Assert.Equal(400, Assert.Throws<StatusException>(() => Yaml.ToJson(Encoding.UTF8.GetBytes(yaml))).Status.Code);

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Equal(400, Assert.Throws<StatusException>(() => Yaml.ToJson(Encoding.UTF8.GetBytes(new string('[', 5000)))).Status.Code);

    [Theory]
    [InlineData("""{"a":[1,{"b":"x{\"},"}],"c":{},"d":[]}""", "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x{\\\"},\"\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}")]
    public void Json_is_indented_for_people(string json, string pretty) =>
        Assert.Equal(pretty, Encoding.UTF8.GetString(PrettyJson.Indent(Encoding.UTF8.GetBytes(json))));
}
