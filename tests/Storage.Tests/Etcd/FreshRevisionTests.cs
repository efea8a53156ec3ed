using Navarch.Storage.Etcd;

namespace Navarch.Storage.Tests.Etcd;

public sealed class FreshRevisionTests
{
    [Fact]
    public async Task Who_asks_while_a_question_is_under_way_shares_the_next()
    {
        var questions = new List<TaskCompletionSource<long>>();
        var fresh = new FreshRevision(() =>
        {
            var question = new TaskCompletionSource<long>();
            lock (questions)
            {
                questions.Add(question);
            }
            return question.Task;
        });

        var first = fresh.ReadAsync();
        await Eventually.TrueAsync(() => questions.Count == 1, "the first is asked at once");
        var later = Enumerable.Range(0, 100).Select(_ => fresh.ReadAsync()).ToList();
        questions[0].SetResult(7);
        Assert.Equal(7, await first);
        await Eventually.TrueAsync(() => questions.Count == 2, "the next is asked when the first is answered");
        questions[1].SetResult(9);

        Assert.All(await Task.WhenAll(later), revision => Assert.Equal(9, revision));
        Assert.Equal(2, questions.Count);
    }

    [Fact]
    public async Task A_question_that_failed_does_not_fail_the_next()
    {
        var count = 0;
        var fresh = new FreshRevision(() => ++count == 1 ? Task.FromException<long>(new IOException()) : Task.FromResult(3L));

        await Assert.ThrowsAsync<IOException>(fresh.ReadAsync);

        Assert.Equal(3, await fresh.ReadAsync());
    }
}
