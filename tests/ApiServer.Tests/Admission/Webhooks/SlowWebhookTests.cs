using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Tests.Server;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Admission.Webhooks;

/// <summary>Others do not wait for whoever waits for a webhook.</summary>
public sealed class SlowWebhookTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private HttpClient Admin => shared.Admin;

    [Fact]
    public async Task Who_lost_a_race_and_asks_a_slow_webhook_holds_up_no_other_who_lost_one()
    {
        var space = await shared.NamespaceAsync();
        var map = $"/api/v1/namespaces/{space}/configmaps/m";
        await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"m"},"data":{}}""");
        await using var hook = await HookServer.StartAsync(Admin);
        var calls = new ConcurrentQueue<TaskCompletionSource>();
        hook.Raw = async (http, review) =>
        {
            var gate = new TaskCompletionSource();
            calls.Enqueue(gate);
            await gate.Task;
            await http.Response.WriteAsync($$$"""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"{{{review["request"]!["uid"]}}}","allowed":true}}""");
        };
        await hook.ConfigureAsync("Validating", "slow", hook.Hook("a.example.com", space, "configmaps", more: """
            "timeoutSeconds":30,"matchConditions":[{"name":"slow","expression":"has(object.data) && object.data.exists(key, key.startsWith('slow'))"}]
            """));

        // Both are held, lose to a third, and begin anew: one of them in its turn, the other behind it.
        var first = Admin.PatchAsync(map, "merge-patch+json", """{"data":{"slow1":"x"}}""");
        var second = Admin.PatchAsync(map, "merge-patch+json", """{"data":{"slow2":"x"}}""");
        await UntilAsync(() => calls.Count == 2);
        Assert.Equal(200, (await Admin.PatchAsync(map, "merge-patch+json", """{"data":{"quick":"x"}}""")).Code);
        ReleaseAll();
        await UntilAsync(() => calls.Count == 2);
        ReleaseAll();

        // The one that loses again asks once more.
        while (!(first.IsCompleted && second.IsCompleted))
        {
            ReleaseAll();
            await Task.Delay(10, Ct);
        }

        Assert.Equal((200, 200), ((await first).Code, (await second).Code));

        void ReleaseAll()
        {
            while (calls.TryDequeue(out var gate))
            {
                gate.SetResult();
            }
        }
    }

    [Fact]
    public async Task A_refused_delete_of_a_collection_ends_no_other()
    {
        var space = await shared.NamespaceAsync();
        var maps = $"/api/v1/namespaces/{space}/configmaps";
        for (var i = 0; i < 40; i++)
        {
            await Admin.PostAsync(maps, $$$"""{"metadata":{"name":"m{{{i:00}}}"}}""");
        }

        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, request) => (string)request["name"]! is "m03" or "m07" ? HookServer.Deny($$$"""{"message":"keep {{{request["name"]}}}"}""") : null;
        await hook.ConfigureAsync("Validating", "keep", hook.Hook("a.example.com", space, "configmaps", "DELETE"));

        var answer = await Admin.RemoveAsync(maps);

        Assert.Equal("admission webhook \"a.example.com\" denied the request: keep m03", answer.Message);
        Assert.Equal(["m03", "m07"], (await Admin.AskAsync(maps)).Json["items"]!.AsArray().Select(static item => (string)item!["metadata"]!["name"]!));
    }

    [Fact]
    public async Task A_turn_is_waited_for_by_those_who_ask_for_the_same_and_not_for_ever()
    {
        var time = new FakeTime();
        var turns = new Turns(time);
        var held = await turns.TakeAsync("a", Ct);
        var other = await turns.TakeAsync("b", Ct);
        var waiting = turns.TakeAsync("a", Ct).AsTask();
        using var gone = new CancellationTokenSource();
        var leaving = turns.TakeAsync("a", gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.False(waiting.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(1));
        var impatient = await waiting;
        impatient.Dispose();
        var next = turns.TakeAsync("a", Ct).AsTask();
        Assert.False(next.IsCompleted); // Who went on without a turn gives none back.
        held.Dispose();
        (await next).Dispose();
        other.Dispose();
        Assert.Equal(0, turns.Count);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(10, Ct);
        }
    }
}
