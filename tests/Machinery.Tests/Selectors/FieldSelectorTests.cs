using Navarch.Machinery.Selectors;

namespace Navarch.Machinery.Tests.Selectors;

public sealed class FieldSelectorTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("spec.nodeName=a", true)]
    [InlineData("spec.nodeName==a", true)]
    [InlineData("spec.nodeName!=a", false)]
    [InlineData("spec.nodeName=a,status.phase!=Running", true)]
    [InlineData("status.phase=", true)]
    public void Terms_must_all_hold(string text, bool matches) =>
        Assert.Equal(matches, FieldSelector.Parse(text).Matches(field => field == "spec.nodeName" ? "a" : ""));

    [Theory]
    [InlineData(@"a=x\,y\=z\\")]
    [InlineData("a=b,c!=d")]
    public void The_text_reads_back(string text) => Assert.Equal(text, FieldSelector.Parse(text).ToString());

    [Fact]
    public void Escapes_stand_for_the_character()
    {
        Assert.Equal(@"x,y=z\", FieldSelector.Parse(@"a=x\,y\=z\\").Terms[0].Value);
        Assert.Equal("v", FieldSelector.Parse("a=v,b!=w").RequiredValue("a"));
        Assert.Null(FieldSelector.Parse("a=v,b!=w").RequiredValue("b"));
    }

    [Theory]
    [InlineData("abc", "invalid selector: 'abc'; can't understand 'abc'")]
    [InlineData("a=b=c", "invalid field selector: unescaped character in value: =")]
    [InlineData(@"a=\b", @"invalid field selector: invalid escape sequence: \b")]
    [InlineData(@"a=\", @"invalid field selector: invalid escape sequence: \")]
    public void What_is_wrong_is_said(string text, string message) =>
        Assert.Equal(message, Assert.Throws<SelectorException>(() => FieldSelector.Parse(text)).Message);
}
