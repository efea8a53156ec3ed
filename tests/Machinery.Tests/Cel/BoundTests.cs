using Navarch.Machinery.Cel;

namespace Navarch.Machinery.Tests.Cel;

/// <summary>Expressions are written by strangers: none may take the server down, or its time.</summary>
public sealed class BoundTests
{
    private static readonly string[] Pieces =
    [
        "object", ".", "spec", "[", "]", "(", ")", "{", "}", "?", ":", ",", "+", "-", "*", "/", "%", "!", "&&", "||", "==", "<", "in", "has", "all", "map", "x", "1", "1u", "2.5",
        "'a'", "\"b", "b'c'", "r'\\d'", "true", "null", "matches", "size", "optional", "of", "format", "%s", "\\", "\n", "\u0000", "\uD800", "😀", "0x", "1e", "'''", "// ", "Object{",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_text_is_it_compiles_or_is_refused(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 5_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Pieces[random.Next(Pieces.Length)]));

            Assert.NotNull(Evaluated.Show(text, new CelBudget(10_000)));
        }
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("!(", ")")]
    [InlineData("{1:", "}")]
    [InlineData("true ? 1 : (", ")")]
    [InlineData("[1].map(x, ", ")")]
    public void What_is_nested_too_deep_is_refused(string open, string close)
    {
        var text = string.Concat(Enumerable.Repeat(open, 5000)) + "1" + string.Concat(Enumerable.Repeat(close, 5000));

        Assert.Equal("refused: ERROR: <input>:1:1: expression recursion limit exceeded: 250", Evaluated.Show(text));
    }

    [Theory]
    [InlineData("object", ".a")]
    [InlineData("object", "[0]")]
    [InlineData("1", "+1")]
    [InlineData("s", ".trim()")]
    public void What_is_chained_too_long_is_refused(string first, string next) =>
        Assert.Equal("refused: ERROR: <input>:1:1: expression recursion limit exceeded: 250", Evaluated.Show(first + string.Concat(Enumerable.Repeat(next, 5000))));

    [Fact]
    public void Many_conditions_in_a_row_are_not_deep() => Assert.Equal("true", Evaluated.Show(string.Join(" && ", Enumerable.Repeat("n > 0", 5000))));

    [Fact]
    public void A_text_that_is_too_long_is_refused() =>
        Assert.Equal("refused: ERROR: <input>:1:1: expression code point size exceeds limit: size: 100001, limit 100000", Evaluated.Show(new string(' ', 100_000) + "1"));

    [Theory]
    [InlineData("N.all(a, N.all(b, N.all(c, N.all(d, N.all(e, N.all(f, N.all(g, true)))))))")]
    [InlineData("N.map(a, N.map(b, N.map(c, N.map(d, N.map(e, N.map(f, [a, b, c]))))))")]
    [InlineData("N.map(a, N.map(b, N.map(c, N.map(d, N.map(e, '%s%s'.format([N, N]).matches(s + '+'))))))")]
    public void Nobody_burns_more_than_the_budget(string expression) =>
        Assert.Equal("stopped: operation cancelled: actual cost limit exceeded", Evaluated.Show(expression.Replace("N", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]")));

    [Fact]
    public void Text_that_doubles_is_stopped_before_it_is_large()
    {
        var doubled = "s";
        for (var i = 0; i < 12; i++)
        {
            doubled = $"[{doubled}].map(x, x + x + x + x)[0]";
        }

        Assert.Contains(Evaluated.Show(doubled + ".size()"), new[] { "error: result is too large", "stopped: operation cancelled: actual cost limit exceeded" });
    }

    [Theory]
    [InlineData("[[]]", ".map(x, {x: x})", "", "refused: ERROR")] // The type doubles.
    [InlineData("[dyn(1)]", ".map(x, dyn([x, x]))", ".map(x, x == x)", "stopped: ")] // So does the value, which is one list many times.
    [InlineData("[dyn(1)]", ".map(x, dyn([x, x]))", ".map(x, '%s'.format([x]))", "stopped: ")]
    [InlineData("[dyn(1)]", ".map(x, dyn([x, x]))", ".map(x, Thing{name: x})", "stopped: ")]
    public void What_doubles_with_every_step_is_stopped(string first, string step, string last, string outcome) =>
        Assert.StartsWith(outcome, Evaluated.Show(first + string.Concat(Enumerable.Repeat(step, 60)) + last), StringComparison.Ordinal);

    [Fact]
    public void Searching_costs_what_it_may_take()
    {
        const string Large = "['a'].map(x, x + x + x + x + x + x + x + x + x + x).map(x, x + x + x + x + x + x + x + x + x + x).map(x, x + x + x + x + x + x + x + x + x + x).map(x, x + x + x + x + x + x + x + x + x + x).map(x, x + x + x + x + x + x + x + x + x + x)";

        Assert.StartsWith("stopped: ", Evaluated.Show(Large + ".map(x, (x + x + x + x).contains(x + 'b' + x))"), StringComparison.Ordinal);
        Assert.StartsWith("stopped: ", Evaluated.Show(Large + ".map(x, x.matches('.*a.{900}b'))"), StringComparison.Ordinal);
        Assert.Equal("[true]", Evaluated.Show(Large + ".map(x, x.matches('^a+$') && x.contains('aa'))"));
    }

    [Theory]
    [InlineData("../../../dev/zero")]
    [InlineData("/dev/zero")]
    [InlineData("No/Where")]
    public void A_time_zone_is_no_way_to_a_file(string zone) =>
        Assert.Equal($"error: unknown time zone {zone}", Evaluated.Show($"timestamp('2026-01-02T00:00:00Z').getHours('{zone}')"));

    [Fact]
    public void Checking_many_small_parts_takes_a_moment() => Assert.Equal("16000", Evaluated.Show($"size([{string.Join(',', Enumerable.Repeat("1==1", 16_000))}])"));

    [Fact]
    public void A_problem_is_shown_where_it_is()
    {
        var e = Assert.Throws<CelException>(() => Evaluated.Environment.Compile("n > 1 &&\n  foo && bar"));

        Assert.Equal(
            "ERROR: <input>:2:3: undeclared reference to 'foo' (in container '')\n |   foo && bar\n | ..^\n"
            + "ERROR: <input>:2:10: undeclared reference to 'bar' (in container '')\n |   foo && bar\n | .........^",
            e.Message);
    }

    [Fact]
    public void What_the_checker_promises_is_what_comes_out()
    {
        Assert.Equal("bool", Evaluated.Environment.Compile("n > 1").Result.ToString());
        Assert.Equal("list(string)", Evaluated.Environment.Compile("['a'].map(x, x + 'b')").Result.ToString());
        Assert.Equal("map(string, list(int))", Evaluated.Environment.Compile("{'a': [1]}").Result.ToString());
        Assert.Equal("dyn", Evaluated.Environment.Compile("object.spec.paused").Result.ToString());
        Assert.Equal("optional_type(dyn)", Evaluated.Environment.Compile("object.?spec").Result.ToString());
    }
}
