using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

public sealed class HealthTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Theory]
    [InlineData("/healthz")]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/healthz/ping")]
    [InlineData("/livez/etcd")]
    [InlineData("/readyz/ping")]
    [InlineData("/readyz/etcd-readiness")]
    [InlineData("/readyz/informer-sync")]
    [InlineData("/readyz/shutdown")]
    [InlineData("/healthz/poststarthook/scheduling/bootstrap-system-priority-classes")]
    public async Task A_check_that_passes_says_ok_to_anybody(string path)
    {
        var answer = await shared.Server.ClientOf(null).AskAsync(path);

        Assert.Equal((200, "ok", "text/plain; charset=utf-8"), (answer.Code, answer.Text, answer.ContentType));
    }

    [Fact]
    public async Task A_verbose_answer_lists_every_check()
    {
        var answer = await shared.Admin.AskAsync("/readyz?verbose&exclude=etcd&exclude=etcd-readiness");

        var lines = answer.Text.Split('\n');
        Assert.Equal(["[+]ping ok", "[+]log ok", "[+]etcd excluded: ok", "[+]etcd-readiness excluded: ok", "[+]informer-sync ok"], lines[..5]);
        Assert.Equal(["readyz check passed", ""], lines[^2..]);
        Assert.DoesNotContain("informer-sync", (await shared.Admin.AskAsync("/livez?verbose")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_excluded_is_named()
    {
        var answer = await shared.Admin.AskAsync("/healthz?verbose&exclude=nothing&exclude=ether");

        Assert.Contains("warn: some health checks cannot be excluded: no matches for \"ether\",\"nothing\"\nhealthz check passed\n", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/healthz/nothing")]
    [InlineData("/livez/shutdown")]
    public async Task A_check_that_there_is_not_is_not_found(string path)
    {
        Assert.Equal((404, "404 page not found\n"), await shared.Admin.AskAsync(path) is var answer ? (answer.Code, answer.Text) : default);
    }
}
