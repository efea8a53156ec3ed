using System.Text;
using System.Text.Json;
using Navarch.Api.Json;

namespace Navarch.Api.Tests;

public sealed class JsonSyntaxTests
{
    [Theory]
    [InlineData("", "unexpected end of JSON input")]
    [InlineData("{", "unexpected end of JSON input")]
    [InlineData("\"a", "unexpected end of JSON input")]
    [InlineData("-", "unexpected end of JSON input")]
    [InlineData("nonsense", "invalid character 'o' in literal null (expecting 'u')")]
    [InlineData("x", "invalid character 'x' looking for beginning of value")]
    [InlineData("{]", "invalid character ']' looking for beginning of object key string")]
    [InlineData("{\"a\":1,}", "invalid character '}' looking for beginning of object key string")]
    [InlineData("{\"a\" 1}", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("[1,]", "invalid character ']' looking for beginning of value")]
    [InlineData("{} x", "invalid character 'x' after top-level value")]
    [InlineData("01", "invalid character '1' after top-level value")]
    [InlineData("-x", "invalid character 'x' in numeric literal")]
    [InlineData("1.x", "invalid character 'x' after decimal point in numeric literal")]
    [InlineData("1e+}", "invalid character '}' in exponent of numeric literal")]
    [InlineData("\"\n\"", "invalid character '\\n' in string literal")]
    [InlineData("\"\\x\"", "invalid character 'x' in string escape code")]
    [InlineData("\"\\u00g0\"", "invalid character 'g' in \\u hexadecimal character escape")]
    [InlineData("'a'", "invalid character '\\'' looking for beginning of value")]
    [InlineData("[[[[", "exceeded max depth")]
    public void What_is_wrong_is_said_as_Go_says_it(string text, string problem) => Assert.Equal(problem, JsonSyntax.FindProblem(Encoding.UTF8.GetBytes(text), depthMax: 3));

    [Fact]
    public void It_finds_a_problem_exactly_where_the_platform_does()
    {
        var random = new Random(7);
        var good = """{"a":[1,-2.5e+3,true,false,null,{"b":"c\n\u00e9\"é"}],"d":{},"e":[]}"""u8.ToArray();
        for (var round = 0; round < 50_000; round++)
        {
            var text = good.ToArray();
            for (var flips = random.Next(0, 4); flips > 0; flips--)
            {
                text[random.Next(text.Length)] = "{}[]\",:0-+.e1tfnu\\ x\n"u8[random.Next(21)];
            }

            text = text[..random.Next(text.Length + 1)];
            Assert.Equal(IsJson(text), JsonSyntax.FindProblem(text) is null);
        }
    }

    private static bool IsJson(byte[] text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
