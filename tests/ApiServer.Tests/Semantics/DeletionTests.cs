using Navarch.ApiServer.Tests.Server;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Semantics;

public sealed class DeletionTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Pod = """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    [Fact]
    public async Task A_delete_is_answered_with_what_is_gone()
    {
        var ns = await shared.NamespaceAsync();
        var maps = $"/api/v1/namespaces/{ns}/configmaps";
        var created = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        var deleted = await shared.Admin.RemoveAsync(maps + "/a");

        Assert.Equal(
            $$$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"a","kind":"configmaps","uid":"{{{created.Json["metadata"]!["uid"]}}}"}}""",
            deleted.Text.Trim());
        Assert.Equal((404, "configmaps \"a\" not found"), await shared.Admin.RemoveAsync(maps + "/a") is var again ? (again.Code, again.Message) : default);
    }

    [Theory]
    [InlineData("serviceaccounts", "{\"metadata\":{\"name\":\"x\"}}", "ServiceAccount")]
    [InlineData("services", "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"ports\":[{\"port\":80}]}}", "Service")]
    [InlineData("pods", "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}", "Pod")]
    [InlineData("secrets", "{\"metadata\":{\"name\":\"x\"}}", "Status")]
    [InlineData("endpoints", "{\"metadata\":{\"name\":\"x\"}}", "Status")]
    public async Task Some_kinds_are_shown_a_last_time(string resource, string body, string answered)
    {
        var path = $"/api/v1/namespaces/{await shared.NamespaceAsync()}/{resource}";
        Assert.Equal(201, (await shared.Admin.PostAsync(path, body)).Code);

        Assert.Equal(answered, (string)(await shared.Admin.RemoveAsync(path + "/x")).Json["kind"]!);
    }

    [Theory]
    [InlineData("Foreground", "foregroundDeletion")]
    [InlineData("Orphan", "orphan")]
    [InlineData("Background", null)]
    public async Task A_propagation_is_recorded_as_a_finalizer(string policy, string? finalizer)
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"b"}}""");

        foreach (var answer in (Answer[])
        [
            await shared.Admin.RemoveAsync($"{maps}/a?propagationPolicy={policy}"),
            await shared.Admin.RemoveAsync(maps + "/b", $$"""{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"{{policy}}"}"""),
        ])
        {
            Assert.Equal(200, answer.Code);
            Assert.Equal(finalizer, (string?)answer.Json["metadata"]?["finalizers"]?[0]);
            Assert.Equal(finalizer is null ? null : 0, (int?)answer.Json["metadata"]?["deletionGracePeriodSeconds"]);
        }
    }

    [Theory]
    [InlineData("true", 200, "orphan")]
    [InlineData("false", 200, null)]
    public async Task The_old_way_to_orphan_works(string orphan, int code, string? finalizer)
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        var answer = await shared.Admin.RemoveAsync($"{maps}/a?orphanDependents={orphan}");

        Assert.Equal(code, answer.Code);
        Assert.Equal(finalizer, (string?)answer.Json["metadata"]?["finalizers"]?[0]);
    }

    [Fact]
    public async Task What_must_go_later_with_all_that_depends_on_it_is_accepted()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a","finalizers":["example.com/hold"]}}""");

        Assert.Equal(202, (await shared.Admin.RemoveAsync(maps + "/a?orphanDependents=false")).Code);
    }

    [Theory]
    [InlineData("/apis/batch/v1/namespaces/NS/jobs", "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}}", "orphan")]
    [InlineData("/api/v1/namespaces/NS/replicationcontrollers", "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"selector\":{\"a\":\"b\"},\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}}", "orphan")]
    [InlineData("/api/v1/namespaces/NS/configmaps", "{\"metadata\":{\"name\":\"x\"}}", null)]
    public async Task Kinds_have_a_propagation_of_their_own(string path, string body, string? finalizer)
    {
        path = path.Replace("NS", await shared.NamespaceAsync(), StringComparison.Ordinal);
        Assert.Equal(201, (await shared.Admin.PostAsync(path, body)).Code);

        var answer = await shared.Admin.RemoveAsync(path + "/x");

        Assert.Equal(finalizer, (string?)answer.Json["metadata"]?["finalizers"]?[0]);
    }

    [Fact]
    public async Task Nothing_depends_on_an_event()
    {
        var ns = await shared.NamespaceAsync();
        var events = $"/api/v1/namespaces/{ns}/events";
        Assert.Equal(201, (await shared.Admin.PostAsync(events, $$$"""{"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","namespace":"{{{ns}}}","name":"p"} }""")).Code);

        Assert.Equal("Success", (string)(await shared.Admin.RemoveAsync(events + "/e?propagationPolicy=Foreground")).Json["status"]!);
    }

    [Theory]
    [InlineData("propagationPolicy=Sideways", null, "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Sideways\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"")]
    [InlineData("propagationPolicy=Orphan&orphanDependents=true", null, "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set")]
    [InlineData("dryRun=Some", null, "DeleteOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"")]
    [InlineData("", "{\"propagationPolicy\":\"Orphan\",\"orphanDependents\":false}", "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set")]
    public async Task Options_that_do_not_fit_are_refused(string query, string? body, string message)
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        var answer = await shared.Admin.RemoveAsync($"{maps}/a?{query}", body);

        Assert.Equal((422, "Invalid", message), (answer.Code, answer.Reason, answer.Message));
        Assert.Equal(200, (await shared.Admin.AskAsync(maps + "/a")).Code);
    }

    [Fact]
    public async Task Preconditions_must_hold()
    {
        var maps = await shared.MapsAsync();
        var created = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        var uid = (string)created.Json["metadata"]!["uid"]!;

        var otherUid = await shared.Admin.RemoveAsync(maps + "/a", """{"preconditions":{"uid":"other"}}""");
        Assert.Equal(
            (409, "Conflict", $"Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (other) does not match the UID in record ({uid}). The object might have been deleted and then recreated"),
            (otherUid.Code, otherUid.Reason, otherUid.Message));
        var otherVersion = await shared.Admin.RemoveAsync(maps + "/a", """{"preconditions":{"resourceVersion":"1"}}""");
        Assert.Equal(
            (409, "Conflict", $"Operation cannot be fulfilled on ConfigMap \"a\": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record ({created.Version}). The object might have been modified"),
            (otherVersion.Code, otherVersion.Reason, otherVersion.Message));
        Assert.Equal(200, (await shared.Admin.RemoveAsync(maps + "/a", $$$"""{"preconditions":{"uid":"{{{uid}}}","resourceVersion":"{{{created.Version}}}"} }""")).Code);
    }

    [Fact]
    public async Task A_name_is_taken_until_its_holder_is_gone()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a","finalizers":["example.com/hold"]}}""");
        await shared.Admin.RemoveAsync(maps + "/a");

        var answer = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        Assert.Equal((409, "AlreadyExists", "object is being deleted: configmaps \"a\" already exists"), (answer.Code, answer.Reason, answer.Message));
    }

    [Fact]
    public async Task Finalizers_can_only_go_once_the_deletion_has_begun()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a","finalizers":["example.com/one","example.com/two"]}}""");
        var marked = await shared.Admin.RemoveAsync(maps + "/a");
        Assert.NotNull(marked.Json["metadata"]!["deletionTimestamp"]);

        var added = await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"metadata":{"finalizers":["example.com/one","example.com/two","example.com/three"]}}""");
        Assert.Equal(
            (422, "ConfigMap \"a\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/three\"}"),
            (added.Code, added.Message));
        var again = await shared.Admin.RemoveAsync(maps + "/a");
        Assert.Equal((200, marked.Version), (again.Code, again.Version));
        Assert.Equal(200, (await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"data":{"k":"v"}}""")).Code);
        Assert.Equal(200, (await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"metadata":{"finalizers":["example.com/two"]}}""")).Code);
        var last = await shared.Admin.PatchAsync(maps + "/a", "json-patch+json", """[{"op":"remove","path":"/metadata/finalizers"}]""");
        Assert.Equal((200, "ConfigMap"), (last.Code, (string)last.Json["kind"]!));
        Assert.Equal(404, (await shared.Admin.AskAsync(maps + "/a")).Code);
    }

    [Fact]
    public async Task A_pod_on_a_node_is_given_time()
    {
        var pods = $"/api/v1/namespaces/{await shared.NamespaceAsync()}/pods";
        await shared.Admin.PostAsync(pods, Pod);
        await shared.Admin.PostAsync(pods + "/p/binding", """{"target":{"kind":"Node","name":"n"}}""");

        var first = await shared.Admin.RemoveAsync(pods + "/p");
        Assert.Equal((200, "Pod", 30), (first.Code, (string)first.Json["kind"]!, (int)first.Json["metadata"]!["deletionGracePeriodSeconds"]!));
        var end = DateTimeOffset.Parse((string)first.Json["metadata"]!["deletionTimestamp"]!, null);

        var longer = await shared.Admin.RemoveAsync(pods + "/p?gracePeriodSeconds=60");
        Assert.Equal((200, first.Version), (longer.Code, longer.Version));
        var shorter = await shared.Admin.RemoveAsync(pods + "/p?gracePeriodSeconds=10");
        Assert.Equal(10, (int)shorter.Json["metadata"]!["deletionGracePeriodSeconds"]!);
        Assert.Equal(end.AddSeconds(-20), DateTimeOffset.Parse((string)shorter.Json["metadata"]!["deletionTimestamp"]!, null));
        var least = await shared.Admin.RemoveAsync(pods + "/p?gracePeriodSeconds=-5");
        Assert.Equal(1, (int)least.Json["metadata"]!["deletionGracePeriodSeconds"]!);

        Assert.Equal(200, (await shared.Admin.RemoveAsync(pods + "/p?gracePeriodSeconds=0")).Code);
        Assert.Equal(404, (await shared.Admin.AskAsync(pods + "/p")).Code);
    }

    [Fact]
    public async Task A_pod_that_asks_for_ages_has_an_end_that_is_a_date()
    {
        var pods = $"/api/v1/namespaces/{await shared.NamespaceAsync()}/pods";
        await shared.Admin.PostAsync(pods, Pod.Replace("\"spec\":{", $"\"spec\":{{\"terminationGracePeriodSeconds\":{long.MaxValue},", StringComparison.Ordinal));
        await shared.Admin.PostAsync(pods + "/p/binding", """{"target":{"kind":"Node","name":"n"}}""");

        var answer = await shared.Admin.RemoveAsync(pods + "/p");

        Assert.Equal((200, int.MaxValue), (answer.Code, (int)answer.Json["metadata"]!["deletionGracePeriodSeconds"]!));
        Assert.Equal(200, (await shared.Admin.RemoveAsync(pods + "/p?gracePeriodSeconds=0")).Code);
    }

    [Fact]
    public async Task A_pod_that_nobody_runs_goes_at_once()
    {
        var pods = $"/api/v1/namespaces/{await shared.NamespaceAsync()}/pods";
        await shared.Admin.PostAsync(pods, Pod);

        Assert.Equal(200, (await shared.Admin.RemoveAsync(pods + "/p")).Code);
        Assert.Equal(404, (await shared.Admin.AskAsync(pods + "/p")).Code);
    }

    [Theory]
    [InlineData(null, true, "0")]
    [InlineData("n", false, "0")]
    [InlineData("n", true, "30 0")]
    public async Task A_pod_is_seen_to_be_marked_before_it_is_gone(string? node, bool isAskedFirst, string graces)
    {
        var pods = $"/api/v1/namespaces/{await shared.NamespaceAsync()}/pods";
        var created = await shared.Admin.PostAsync(pods, Pod);
        var version = created.Version;
        if (node is not null)
        {
            await shared.Admin.PostAsync(pods + "/p/binding", $$$"""{"target":{"kind":"Node","name":"{{{node}}}"}}""");
            version = (await shared.Admin.AskAsync(pods + "/p")).Version;
        }

        await using var watch = await WatchReader.OpenAsync(shared.Admin, $"{pods}?watch=true&resourceVersion={version}");
        if (isAskedFirst)
        {
            await shared.Admin.RemoveAsync(pods + "/p");
        }

        var forced = await shared.Admin.RemoveAsync(pods + "/p?gracePeriodSeconds=0");

        foreach (var grace in graces.Split(' ').Select(int.Parse))
        {
            var (type, marked) = (await watch.NextAsync())!.Value;
            Assert.Equal(("MODIFIED", grace), (type, (int)marked["metadata"]!["deletionGracePeriodSeconds"]!));
            Assert.Equal((int)created.Json["metadata"]!["generation"]! + 1, (int)marked["metadata"]!["generation"]!);
        }

        var (last, gone) = (await watch.NextAsync())!.Value;
        Assert.Equal(("DELETED", 0), (last, (int)gone["metadata"]!["deletionGracePeriodSeconds"]!));
        Assert.NotNull(gone["metadata"]!["deletionTimestamp"]);
        Assert.Equal(node is null ? 404 : 200, forced.Code);
    }

    [Fact]
    public async Task A_forced_end_leaves_a_pod_whose_finalizers_hold_it()
    {
        var pods = $"/api/v1/namespaces/{await shared.NamespaceAsync()}/pods";
        await shared.Admin.PostAsync(pods, Pod.Replace("\"name\":\"p\"", "\"name\":\"p\",\"finalizers\":[\"example.com/one\"]", StringComparison.Ordinal));

        var forced = await shared.Admin.RemoveAsync(pods + "/p?gracePeriodSeconds=0");

        Assert.Equal((200, 0), (forced.Code, (int)forced.Json["metadata"]!["deletionGracePeriodSeconds"]!));
        Assert.Equal(forced.Text, (await shared.Admin.AskAsync(pods + "/p")).Text);
        Assert.Equal(200, (await shared.Admin.PatchAsync(pods + "/p", "merge-patch+json", """{"metadata":{"finalizers":null}}""")).Code);
        Assert.Equal(404, (await shared.Admin.AskAsync(pods + "/p")).Code);
    }

    [Fact]
    public async Task A_collection_is_deleted_as_far_as_it_is_selected()
    {
        var maps = await shared.MapsAsync();
        foreach (var name in (string[])["a", "b", "c"])
        {
            await shared.Admin.PostAsync(maps, $$$"""{"metadata":{"name":"{{{name}}}","labels":{"of":"{{{(name == "c" ? "us" : "them")}}}"} } }""");
        }

        var dry = await shared.Admin.RemoveAsync(maps + "?dryRun=All");
        Assert.Equal((200, "ConfigMapList", 3), (dry.Code, (string)dry.Json["kind"]!, dry.Items.Count));
        Assert.Equal(3, (await shared.Admin.AskAsync(maps)).Items.Count);
        Assert.Equal(2, (await shared.Admin.RemoveAsync(maps + "?labelSelector=of%3Dthem")).Items.Count);
        Assert.Empty((await shared.Admin.RemoveAsync(maps + "?fieldSelector=metadata.name%3Dx")).Items);
        Assert.Equal("c", (string)Assert.Single((await shared.Admin.AskAsync(maps)).Items)!["metadata"]!["name"]!);
        Assert.Equal(400, (await shared.Admin.RemoveAsync(maps + "?labelSelector=a,,b")).Code);
        Assert.Single((await shared.Admin.RemoveAsync(maps)).Items);
    }

    [Fact]
    public async Task Nothing_new_comes_into_a_namespace_that_ends()
    {
        var ns = await shared.NamespaceAsync();
        var maps = $"/api/v1/namespaces/{ns}/configmaps";
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"old"}}""");
        var deleted = await shared.Admin.RemoveAsync("/api/v1/namespaces/" + ns);
        Assert.Equal((200, "Terminating"), (deleted.Code, (string)deleted.Json["status"]!["phase"]!));

        var answer = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        Assert.Equal(
            (403, "Forbidden", $"configmaps \"a\" is forbidden: unable to create new content in namespace {ns} because it is being terminated"),
            (answer.Code, answer.Reason, answer.Message));
        var cause = answer.Json["details"]!["causes"]![0]!;
        Assert.Equal(
            ("NamespaceTerminating", $"namespace {ns} is being terminated", "metadata.namespace"),
            ((string)cause["reason"]!, (string)cause["message"]!, (string)cause["field"]!));
        Assert.Equal(200, (await shared.Admin.PatchAsync(maps + "/old", "merge-patch+json", """{"data":{"k":"v"}}""")).Code);
        Assert.Equal(200, (await shared.Admin.RemoveAsync(maps + "/old")).Code);
    }

    [Fact]
    public async Task A_dry_run_of_anything_leaves_everything()
    {
        var ns = await shared.NamespaceAsync();
        var maps = $"/api/v1/namespaces/{ns}/configmaps";
        var pods = $"/api/v1/namespaces/{ns}/pods";
        var a = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        var p = await shared.Admin.PostAsync(pods, Pod);

        var created = await shared.Admin.PostAsync(maps + "?dryRun=All", """{"metadata":{"name":"b"}}""");
        Assert.Equal(201, created.Code);
        Assert.NotNull(created.Json["metadata"]!["uid"]);
        Assert.Null(created.Json["metadata"]!["resourceVersion"]);
        Assert.Equal(409, (await shared.Admin.PostAsync(maps + "?dryRun=All", """{"metadata":{"name":"a"}}""")).Code);
        Assert.Equal(422, (await shared.Admin.PostAsync(maps + "?dryRun=All", """{"metadata":{"name":"B"}}""")).Code);
        Assert.Equal("v", (string)(await shared.Admin.PutAsync(maps + "/a?dryRun=All", """{"metadata":{"name":"a"},"data":{"k":"v"}}""")).Json["data"]!["k"]!);
        Assert.Equal("v", (string)(await shared.Admin.PatchAsync(maps + "/a?dryRun=All", "merge-patch+json", """{"data":{"k":"v"}}""")).Json["data"]!["k"]!);
        Assert.Equal(200, (await shared.Admin.PatchAsync(maps + "/a?dryRun=All&fieldManager=m", "apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}""")).Code);
        Assert.Equal(201, (await shared.Admin.PatchAsync(maps + "/c?dryRun=All&fieldManager=m", "apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"k":"v"}}""")).Code);
        Assert.Equal("Success", (string)(await shared.Admin.RemoveAsync(maps + "/a?dryRun=All")).Json["status"]!);
        Assert.Equal("Success", (string)(await shared.Admin.RemoveAsync(maps + "/a", """{"kind":"DeleteOptions","apiVersion":"v1","dryRun":["All"]}""")).Json["status"]!);
        Assert.NotNull((await shared.Admin.RemoveAsync(maps + "/a?dryRun=All&propagationPolicy=Foreground")).Json["metadata"]!["deletionTimestamp"]);
        Assert.Equal(201, (await shared.Admin.PostAsync(pods + "/p/binding?dryRun=All", """{"target":{"kind":"Node","name":"n"}}""")).Code);
        Assert.Equal(201, (await shared.Admin.PostAsync(pods + "/p/eviction?dryRun=All", """{"metadata":{"name":"p"}}""")).Code);
        Assert.Equal(200, (await shared.Admin.PatchAsync(pods + "/p/status?dryRun=All", "merge-patch+json", """{"status":{"phase":"Running"}}""")).Code);
        Assert.Equal(200, (await shared.Admin.RemoveAsync($"/api/v1/namespaces/{ns}?dryRun=All")).Code);

        Assert.Equal(a.Text, (await shared.Admin.AskAsync(maps + "/a")).Text);
        Assert.Equal(p.Text, (await shared.Admin.AskAsync(pods + "/p")).Text);
        Assert.Single((await shared.Admin.AskAsync(maps)).Items);
        Assert.Equal("Active", (string)(await shared.Admin.AskAsync("/api/v1/namespaces/" + ns)).Json["status"]!["phase"]!);
    }

    [Fact]
    public async Task An_event_is_kept_for_an_hour_after_it_was_last_written()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var server = await TestServer.StartAsync(storeTime: time);
        const string Events = "/api/v1/namespaces/default/events";
        foreach (var name in (string[])["old", "seen-again"])
        {
            Assert.Equal(201, (await server.Admin.PostAsync(Events, $$$"""{"metadata":{"name":"{{{name}}}"},"involvedObject":{"kind":"Pod","namespace":"default","name":"p"} }""")).Code);
        }

        await using var watch = await WatchReader.OpenAsync(server.Admin, Events + "?watch=true");
        Assert.Equal(["ADDED old", "ADDED seen-again"], await watch.NextAsync(2));
        time.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal(200, (await server.Admin.PatchAsync(Events + "/seen-again", "merge-patch+json", """{"count":2}""")).Code);
        time.Advance(TimeSpan.FromMinutes(21));

        Assert.Equal(["MODIFIED seen-again", "DELETED old"], await watch.NextAsync(2));
        Assert.Equal(200, (await server.Admin.AskAsync(Events + "/seen-again")).Code);
        Assert.Equal(404, (await server.Admin.AskAsync(Events + "/old")).Code);
    }
}
