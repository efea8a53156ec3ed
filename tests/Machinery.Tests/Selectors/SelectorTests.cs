using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Selectors;

namespace Navarch.Machinery.Tests.Selectors;

public sealed class SelectorTests
{
    private static readonly Map<string> Labels = [new("app", "web"), new("tier", "front"), new("n", "5"), new("empty", "")];

    [Theory]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app==web", true)]
    [InlineData("app=db", false)]
    [InlineData("app!=db", true)]
    [InlineData("none!=db", true)]
    [InlineData("app in (db, web)", true)]
    [InlineData("app notin (db,web)", false)]
    [InlineData("none notin (db,web)", true)]
    [InlineData("none in (db)", false)]
    [InlineData("tier", true)]
    [InlineData("!tier", false)]
    [InlineData("!none", true)]
    [InlineData("n>4,n<6", true)]
    [InlineData("n>5", false)]
    [InlineData("app>5", false)]
    [InlineData("empty=", true)]
    [InlineData("app=", false)]
    [InlineData("app in (,web)", true)]
    [InlineData("in in (a),app", false)]
    [InlineData(" app = web , tier ", true)]
    [InlineData("app in (a,b,c,d,e,f,g,web)", true)]
    public void Terms_must_all_hold(string selector, bool matches) => Assert.Equal(matches, Selector.Parse(selector).Matches(Labels));

    [Theory]
    [InlineData("b=1,a in (y, x),!c,d,e!=2,f==3", "a in (x,y),b=1,!c,d,e!=2,f==3")]
    [InlineData("x>1", "x>1")]
    [InlineData("a=", "a=")]
    [InlineData("k notin (,a)", "k notin (,a)")]
    public void The_canonical_form_is_sorted_and_reads_back(string text, string canonical)
    {
        var selector = Selector.Parse(text);

        Assert.Equal(canonical, selector.ToString());
        Assert.Equal(canonical, Selector.Parse(canonical).ToString());
    }

    [Theory]
    [InlineData("a in", "unable to parse requirement: found '' expected: '('")]
    [InlineData("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("=", "found '=', expected: !, identifier, or 'end of string'")]
    [InlineData("a,", "found '', expected: identifier after ','")]
    [InlineData("!", "unable to parse requirement: found '', expected: identifier")]
    [InlineData("a=b c", "found 'c', expected: ',' or 'end of string'")]
    [InlineData("a=@", "unable to parse requirement: values[0][a]: Invalid value: \"@\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")]
    [InlineData("a in ()", "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty")]
    [InlineData("a>b", "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer")]
    public void What_is_wrong_is_said_where_it_is(string selector, string message) =>
        Assert.Equal(message, Assert.Throws<SelectorException>(() => Selector.Parse(selector)).Message);

    [Fact]
    public void An_absent_selector_matches_nothing_and_an_empty_one_everything()
    {
        Assert.False(Selector.Of((LabelSelector?)null).Matches(Labels));
        Assert.True(Selector.Of(LabelSelector.Empty).Matches(Labels));
        Assert.True(Selector.Of(LabelSelector.Empty).IsEverything);
        Assert.False(Selector.Nothing.IsEverything);
    }

    [Fact]
    public void A_label_selector_of_the_api_is_all_its_terms()
    {
        var selector = Selector.Of(new LabelSelector
        {
            MatchLabels = [new("tier", "front")],
            MatchExpressions = [new() { Key = "app", Operator = "In", Values = ["web", "db"] }, new() { Key = "none", Operator = "DoesNotExist" }],
        });

        Assert.True(selector.Matches(Labels));
        Assert.Equal("app in (db,web),!none,tier=front", selector.ToString());
    }

    [Fact]
    public void Random_selectors_read_back_what_they_print_and_match_the_same()
    {
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var selector = Selector.Of(Enumerable.Range(0, random.Next(4)).Select(_ => RandomRequirement(random)));
            var again = Selector.Parse(selector.ToString());

            Assert.Equal(selector.ToString(), again.ToString());
            Map<string> labels = [.. Enumerable.Range(0, 3).Select(_ => new KeyValuePair<string, string>("k" + random.Next(4), random.Next(4).ToString(System.Globalization.CultureInfo.InvariantCulture)))];
            Assert.Equal(selector.Matches(labels), again.Matches(labels));
        }
    }

    [Fact]
    public void Random_text_is_parsed_or_refused()
    {
        var random = new Random(11);
        const string Alphabet = "ab=!,()<> in.notin\\/\t\u00e9";
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                _ = Selector.Parse(text);
                _ = FieldSelector.Parse(text);
            }
            catch (SelectorException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    private static LabelRequirement RandomRequirement(Random random)
    {
        var how = (LabelOperator)random.Next(9);
        var values = how switch
        {
            LabelOperator.Exists or LabelOperator.DoesNotExist => 0,
            LabelOperator.In or LabelOperator.NotIn => 1 + random.Next(8),
            _ => 1,
        };
        return LabelRequirement.Create("k" + random.Next(4), how, Enumerable.Range(0, values).Select(_ => random.Next(9).ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }
}
