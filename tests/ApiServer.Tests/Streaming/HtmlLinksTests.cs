using System.Buffers;
using System.Text;
using Navarch.ApiServer.Streaming;

namespace Navarch.ApiServer.Tests.Streaming;

/// <summary>What becomes of links, and of what is made to look like them.</summary>
public sealed class HtmlLinksTests
{
    [Theory]
    [InlineData("<a href=\"/x\">", "<a href=\"/P/x\">")]
    [InlineData("<A HREF='/x/'>", "<A HREF='/P/x/'>")]
    [InlineData("<img\n src = /x/y.png alt=z>", "<img\n src = /P/x/y.png alt=z>")]
    [InlineData("<img src=/x/>", "<img src=/P/x/>")]
    [InlineData("<form method=post action=/go?a=b&amp;c#d><input formaction=/x>", "<form method=post action=/P/go?a=b&amp;c#d><input formaction=/P/x>")]
    [InlineData("<a title='href=\"/x\"' href=/x>", "<a title='href=\"/x\"' href=/P/x>")]
    [InlineData("<a title=a\"b href=/x>", "<a title=a\"b href=/P/x>")]
    [InlineData("<a title='>' href=/x>", "<a title='>' href=/P/x>")]
    [InlineData("<script src=/x></script><link href=/y>", "<script src=/P/x></script><link href=/P/y>")]
    [InlineData("<a href=\"&#47;x&amp;y\">", "<a href=\"/P/x&amp;y\">")]
    [InlineData("<a href=\" /x \">", "<a href=\"/P/x\">")]
    [InlineData("<a href=//here/x><a href=https://here:80/x><a href=//there/x>", "<a href=/P/x><a href=https://here:80/x><a href=//there/x>")]
    [InlineData("a < b <a href=/x> <", "a < b <a href=/P/x> <")]
    [InlineData("<<a href=/x>", "<<a href=/P/x>")]
    [InlineData("<!--><a href=/x>", "<!--><a href=/P/x>")]
    [InlineData("<!-- <a href=/x> --!><a href=/x>", "<!-- <a href=/x> --!><a href=/P/x>")]
    [InlineData("<!doctype html><?x <a?><a href=/x>", "<!doctype html><?x <a?><a href=/P/x>")]
    [InlineData("<TITLE><a href=/x></b></title ><a href=/x>", "<TITLE><a href=/x></b></title ><a href=/P/x>")]
    [InlineData("<a href=/../../secrets>", "<a href=/P/secrets>")]
    public void A_link_leads_through_the_proxy_and_nothing_else_changes(string page, string expected) => Assert.Equal(expected, Pass(page));

    [Theory]
    [InlineData("<a href=x><a href=#y><a href=?z><a href><a href=''><a href=mailto:a@b><a href=javascript:alert(1)><a href=data:text/html,/x>")]
    [InlineData("<p href=/x><a data-href=/x xhref=/x href-y=/x>")]
    [InlineData("<script>if (a < b) { x = '<a href=\"/x\">'; }</script><style><a href=/x></style><textarea><a href=/x></textarea>")]
    [InlineData("<script><a href=/x></scriptx><a href=/x>")]
    [InlineData("<!-- <a href=/x> -- > <a href=/x> -")]
    [InlineData("</a href=/x></p href='>'>")]
    [InlineData("<a =/x href")]
    [InlineData("<a href=\"/x")]
    [InlineData("<a href=\"/P/x\">")]
    [InlineData("<")]
    [InlineData("é\u00ff\u0000<\u0001>")]
    public void What_is_no_link_stays_to_the_byte(string page) => Assert.Equal(page, Pass(page));

    [Fact]
    public void It_does_not_matter_in_which_pieces_a_page_comes()
    {
        const string page = "<html><!-- x --><title></titl></title><a b='>' href=\"/x\">y</a><script>'</s' + '<a href=/x>'</script  ><img src=/y/><!DOCTYPE>";
        var whole = Pass(page);
        Assert.Contains("href=\"/P/x\"", whole, StringComparison.Ordinal);
        for (var size = 1; size < page.Length; size++)
        {
            Assert.Equal(whole, Pass(page, size));
        }
    }

    [Fact]
    public void Whatever_a_page_consists_of_it_keeps_its_length_but_for_links()
    {
        var seed = new Random().Next();
        var random = new Random(seed);
        const string Alphabet = "<>/!-='\" \taAscriptitlehref&#47;x";
        for (var i = 0; i < 2000; i++)
        {
            var page = new string([.. Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var (output, links) = (new ArrayBufferWriter<byte>(), new HtmlLinks(static link => link));
            links.Feed(Encoding.Latin1.GetBytes(page), output);
            links.End(output);
            Assert.True(page == Encoding.Latin1.GetString(output.WrittenSpan), $"seed {seed}: {page}");
        }
    }

    [Fact]
    public void A_tag_that_does_not_end_is_not_kept()
    {
        var (links, output) = (new HtmlLinks(Locate), new ArrayBufferWriter<byte>());
        links.Feed("<a href='"u8, output);
        for (var i = 0; i < 3; i++)
        {
            output.ResetWrittenCount();
            links.Feed(Enumerable.Repeat((byte)'/', 64 * 1024).ToArray(), output);
            Assert.True(output.WrittenCount >= 64 * 1024);
        }

        output.ResetWrittenCount();
        links.Feed("' href='/x'><a href=/y>"u8, output);
        Assert.Equal("' href='/x'><a href=/P/y>", Encoding.Latin1.GetString(output.WrittenSpan));
    }

    private static string Locate(string link) => ProxyPath.Locate(link, "/P", "backend:80", "here");

    private static string Pass(string page, int pieceSize = int.MaxValue)
    {
        var (links, output) = (new HtmlLinks(Locate), new ArrayBufferWriter<byte>());
        foreach (var piece in Encoding.Latin1.GetBytes(page).Chunk(Math.Min(pieceSize, 1024)))
        {
            links.Feed(piece, output);
        }

        links.End(output);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }
}
