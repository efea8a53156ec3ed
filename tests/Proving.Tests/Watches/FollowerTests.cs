using System.Net;
using System.Text;
using System.Web;

namespace Navarch.Proving.Tests.Watches;

/// <summary>A follower believes what a working server says, and finds what one that does not work says.</summary>
public sealed class FollowerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_exists_is_followed_from_watch_to_watch_and_from_list_to_list()
    {
        var follower = await FollowAsync(
            List(5, ("a", 2), ("b", 5)),
            Watch(Event("MODIFIED", "a", 6), Event("DELETED", "b", 7), Event("ADDED", "c", 8), """{"type":"MODIFIED","object":{"meta"""),
            Watch(Event("BOOKMARK", "", 20), Event("ADDED", "b", 21)),
            Watch("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}"""),
            List(30, ("b", 21), ("c", 25), ("d", 26)),
            Watch(Event("ADDED", "end", 31)));

        Assert.Equal(["b@21 ", "c@25 ", "d@26 ", "end@31 "], follower.Objects);
        Assert.Equal((2, 1, 30), (follower.Lists, follower.Expirations, follower.ListedAt));
        Assert.Equal(["ADDED end@31 "], follower.Events);
    }

    [Fact]
    public Task A_version_that_goes_back_is_found() => FindsAsync("MODIFIED a is of 5, after 6", List(5, ("a", 2)), Watch(Event("MODIFIED", "a", 6), Event("MODIFIED", "a", 5)));

    [Fact]
    public Task An_event_that_is_told_twice_is_found() => FindsAsync("MODIFIED a is of 6, after 6", List(5, ("a", 2)), Watch(Event("MODIFIED", "a", 6)), Watch(Event("MODIFIED", "a", 6)));

    [Fact]
    public Task A_change_of_what_was_never_there_is_found() => FindsAsync("MODIFIED b at 6, which does not exist", List(5, ("a", 2)), Watch(Event("MODIFIED", "b", 6)));

    [Fact]
    public Task A_list_that_goes_back_is_found() => FindsAsync("a list is of revision 7 after 8", List(5), Watch(Event("ADDED", "a", 8)), Gone, List(7));

    [Fact]
    public Task An_event_that_was_left_out_is_found_by_the_next_list() =>
        FindsAsync("what was known at 8 is 2", List(5, ("a", 2)), Watch(Event("ADDED", "b", 8)), Gone, List(9, ("a", 6), ("b", 8)));

    [Fact]
    public Task A_creation_that_was_left_out_is_found_by_the_next_list() =>
        FindsAsync("a list shows c of 6, and what was known at 8 is nothing", List(5), Watch(Event("ADDED", "b", 8)), Gone, List(9, ("b", 8), ("c", 6)));

    [Fact]
    public Task Half_a_value_is_found() => FindsAsync(
        "a value that nobody wrote", List(5), Watch($$$"""{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"6"},"data":{"v":"{{{Payload.Of("x", 9)[..^1]}}}"} } }"""));

    private static string Gone => """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}""" + "\n";

    private static string List(int revision, params (string Name, int Version)[] items) =>
        $$$"""{"metadata":{"resourceVersion":"{{{revision}}}"},"items":[{{{string.Join(',', items.Select(item => Object(item.Name, item.Version)))}}}]}""";

    private static string Watch(params string[] lines) => string.Join('\n', lines) + "\n";

    private static string Event(string type, string name, int version) => $$"""{"type":"{{type}}","object":{{Object(name, version)}} }""";

    private static string Object(string name, int version) => $$$"""{"metadata":{"name":"{{{name}}}","resourceVersion":"{{{version}}}"}}""";

    private static async Task FindsAsync(string violation, params string[] answers) =>
        Assert.Contains(violation, (await Assert.ThrowsAsync<InvalidDataException>(() => FollowAsync(answers))).Message);

    /// <summary>Follows until the script is over.</summary>
    private static async Task<Follower> FollowAsync(params string[] answers)
    {
        using var stop = new CancellationTokenSource(Patience);
        using var script = new Script(answers, stop.Cancel);
        using var client = new HttpClient(script) { BaseAddress = new Uri("http://script") };
        var follower = new Follower([client], "/maps", new Random(1));
        await follower.RunAsync(stop.Token);
        return follower;
    }

    private sealed class Script(string[] answers, Action end) : HttpMessageHandler
    {
        private readonly Queue<string> left = new(answers);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            if (!left.TryDequeue(out var answer))
            {
                end();
                await Task.Delay(Timeout.Infinite, ct);
            }

            var isWatch = HttpUtility.ParseQueryString(request.RequestUri!.Query)["watch"] == "true";
            Assert.Equal(isWatch, !answer!.Contains("\"items\"", StringComparison.Ordinal));
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(answer)) };
        }
    }
}
