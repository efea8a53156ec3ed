using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

/// <summary>One object, several versions.</summary>
public sealed class VersionTests
{
    private const string One = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    private const string Two = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    private const string Core = "/api/v1/namespaces/default/events";
    private const string New = "/apis/events.k8s.io/v1/namespaces/default/events";

    private const string Autoscaler = """
        {"metadata":{"name":"web","annotations":{"own":"1"}},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"maxReplicas":5,
         "behavior":{"scaleDown":{"stabilizationWindowSeconds":60}},
         "metrics":[
          {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":70}}},
          {"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"100Mi"}}},
          {"type":"Pods","pods":{"metric":{"name":"hits","selector":{"matchLabels":{"a":"b"}}},"target":{"type":"AverageValue","averageValue":"10"}}},
          {"type":"Object","object":{"describedObject":{"kind":"Service","name":"web"},"metric":{"name":"hits"},"target":{"type":"AverageValue","averageValue":"3"}}},
          {"type":"External","external":{"metric":{"name":"queue"},"target":{"type":"Value","value":"30"}}},
          {"type":"ContainerResource","containerResource":{"name":"cpu","container":"c","target":{"type":"Utilization","averageUtilization":60}}}]}}
        """;

    private const string NewEvent = """
        {"metadata":{"name":"e"},"eventTime":"2026-01-02T03:04:05.000006Z","reportingController":"example.com/c","reportingInstance":"c-1","action":"Doing","reason":"Because",
         "regarding":{"kind":"Pod","namespace":"default","name":"p"},"note":"so it is","type":"Normal"}
        """;

    [Fact]
    public async Task What_the_first_version_cannot_hold_travels_in_annotations()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(201, (await server.Admin.PostAsync(Two, Autoscaler)).Code);

        var one = (await server.Admin.AskAsync(One + "/web")).Json;

        Assert.Equal("autoscaling/v1", (string)one["apiVersion"]!);
        Assert.Equal(70, (int)one["spec"]!["targetCPUUtilizationPercentage"]!);
        Assert.Null(one["spec"]!["metrics"]);
        var annotations = one["metadata"]!["annotations"]!;
        Assert.Equal("1", (string)annotations["own"]!);
        Assert.Equal(["memory", "hits", "hits", "queue", "c"], Metrics((string)annotations["autoscaling.alpha.kubernetes.io/metrics"]!));
        Assert.Contains("\"ScaleDown\":{\"StabilizationWindowSeconds\":60,\"SelectPolicy\":\"Max\"", (string)annotations["autoscaling.alpha.kubernetes.io/behavior"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writing_back_what_was_read_through_another_version_changes_nothing_but_order()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Two, Autoscaler);
        await server.Admin.PatchAsync(Two + "/web/status", "merge-patch+json", """
            {"status":{"currentReplicas":2,"desiredReplicas":3,"conditions":[{"type":"AbleToScale","status":"True","reason":"Ready"}],
             "currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":40,"averageValue":"4m"}}}]}}
            """);
        var before = (await server.Admin.AskAsync(Two + "/web")).Json;
        var one = await server.Admin.AskAsync(One + "/web");
        Assert.Equal(40, (int)one.Json["status"]!["currentCPUUtilizationPercentage"]!);

        Assert.Equal(200, (await server.Admin.PutAsync(One + "/web", one.Text)).Code);
        Assert.Equal(200, (await server.Admin.PutAsync(One + "/web/status", (await server.Admin.AskAsync(One + "/web")).Text)).Code);

        var after = (await server.Admin.AskAsync(Two + "/web")).Json;
        Assert.Equal(before["status"]!.ToJsonString(), after["status"]!.ToJsonString());
        Assert.Equal(before["spec"]!["behavior"]!.ToJsonString(), after["spec"]!["behavior"]!.ToJsonString());
        Assert.Equal(Sorted(before["spec"]!["metrics"]!), Sorted(after["spec"]!["metrics"]!));
        Assert.Equal("""{"own":"1"}""", after["metadata"]!["annotations"]!.ToJsonString());
    }

    [Fact]
    public async Task Each_version_creates_patches_applies_and_deletes_for_the_other()
    {
        await using var server = await TestServer.StartAsync();

        var created = await server.Admin.PostAsync(One, """{"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"maxReplicas":5,"targetCPUUtilizationPercentage":50}}""");
        Assert.Equal((201, "autoscaling/v1"), (created.Code, (string)created.Json["apiVersion"]!));
        Assert.Equal(50, (int)(await server.Admin.AskAsync(Two + "/web")).Json["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]!);
        Assert.Equal(400, (await server.Admin.PostAsync(One, """{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"x"}}""")).Code);

        var patched = await server.Admin.PatchAsync(One + "/web", "strategic-merge-patch+json", """{"spec":{"targetCPUUtilizationPercentage":60}}""");
        Assert.Equal(60, (int)patched.Json["spec"]!["targetCPUUtilizationPercentage"]!);
        var applied = await server.Admin.PatchAsync(One + "/web?fieldManager=m&force=true", "apply-patch+yaml", """
            {"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},"spec":{"maxReplicas":9,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}}}
            """);
        Assert.Equal((200, 9), (applied.Code, (int)applied.Json["spec"]!["maxReplicas"]!));
        Assert.Equal("autoscaling/v1", (string)applied.Json["metadata"]!["managedFields"]!.AsArray().Single(entry => (string)entry!["manager"]! == "m")!["apiVersion"]!);
        Assert.Equal(9, (int)(await server.Admin.AskAsync(Two + "/web")).Json["spec"]!["maxReplicas"]!);

        var invalid = await server.Admin.PatchAsync(One + "/web", "merge-patch+json", """{"spec":{"maxReplicas":0}}""");
        Assert.Equal((422, "HorizontalPodAutoscaler.autoscaling \"web\" is invalid"), (invalid.Code, invalid.Message[..invalid.Message.IndexOf(':', StringComparison.Ordinal)]));
        Assert.Equal(200, (await server.Admin.RemoveAsync(One + "/web")).Code);
        Assert.Equal(404, (await server.Admin.AskAsync(Two + "/web")).Code);
    }

    private const string AppliedInOne = """
        {"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},"spec":{"maxReplicas":5,"targetCPUUtilizationPercentage":50,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}}}
        """;

    private const string AppliedInTwo = """
        {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},"spec":{"maxReplicas":5,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},
         "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}}]}}
        """;

    private const string AppliedLess = """
        {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},"spec":{"maxReplicas":5,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}}}
        """;

    private static readonly string[] InOne = ["a Apply autoscaling/v1"];

    [Fact]
    public async Task Who_applies_through_another_version_owns_the_same_fields_there()
    {
        await using var server = await TestServer.StartAsync();
        var first = await ApplyAsync(server, One, "a", AppliedInOne);
        Assert.Equal(InOne, Owners(first.Json));

        var second = await ApplyAsync(server, Two, "a", AppliedInTwo);
        Assert.Equal(["a Apply autoscaling/v2"], Owners(second.Json));
        Assert.Equal(60, (int)(await server.Admin.AskAsync(One + "/web")).Json["spec"]!["targetCPUUtilizationPercentage"]!);

        var back = await ApplyAsync(server, One, "a", AppliedInOne);
        Assert.Equal((200, 50), (back.Code, (int)back.Json["spec"]!["targetCPUUtilizationPercentage"]!));
        Assert.Equal(InOne, Owners(back.Json));
    }

    [Fact]
    public async Task What_is_not_applied_any_more_goes_whichever_version_named_it()
    {
        await using var server = await TestServer.StartAsync();
        await ApplyAsync(server, One, "a", AppliedInOne);

        var less = await ApplyAsync(server, Two, "a", AppliedLess);

        // Without metrics an autoscaler has the one that is its default.
        Assert.Equal(80, (int)less.Json["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]!);
        Assert.Equal(["a Apply autoscaling/v2"], Owners(less.Json));
    }

    [Fact]
    public async Task What_another_owns_through_another_version_stays()
    {
        await using var server = await TestServer.StartAsync();
        await ApplyAsync(server, One, "a", AppliedInOne);
        Assert.Equal(200, (await ApplyAsync(server, One, "b", AppliedInOne)).Code);

        var less = await ApplyAsync(server, Two, "a", AppliedLess);

        Assert.Equal((200, 50), (less.Code, (int)less.Json["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]!));
        Assert.Equal(["a Apply autoscaling/v2", "b Apply autoscaling/v1"], Owners(less.Json));
        Assert.Contains("f:targetCPUUtilizationPercentage", less.Json["metadata"]!["managedFields"]!.ToJsonString());
    }

    [Fact]
    public async Task A_conflict_is_told_in_the_version_of_the_owner()
    {
        await using var server = await TestServer.StartAsync();
        await ApplyAsync(server, One, "a", AppliedInOne);

        var refused = await ApplyAsync(server, Two, "b", AppliedInTwo);

        Assert.Equal((409, "Apply failed with 1 conflict: conflict with \"a\": .spec.targetCPUUtilizationPercentage"), (refused.Code, refused.Message));
        var forced = await server.Admin.PatchAsync(Two + "/web?fieldManager=b&force=true", "apply-patch+yaml", AppliedInTwo);
        Assert.Equal(200, forced.Code);
        Assert.Equal(["a Apply autoscaling/v1", "b Apply autoscaling/v2"], Owners(forced.Json));
        Assert.DoesNotContain("f:targetCPUUtilizationPercentage", forced.Json["metadata"]!["managedFields"]!.ToJsonString());
        Assert.Contains("f:maxReplicas", forced.Json["metadata"]!["managedFields"]!.AsArray().Single(entry => (string)entry!["manager"]! == "a")!.ToJsonString());
    }

    [Fact]
    public async Task A_plain_write_takes_from_owners_of_other_versions()
    {
        await using var server = await TestServer.StartAsync();
        await ApplyAsync(server, One, "a", AppliedInOne);

        var same = await server.Admin.PatchAsync(Two + "/web?fieldManager=b", "merge-patch+json", """{"spec":{"minReplicas":2}}""");
        Assert.Contains("f:targetCPUUtilizationPercentage", same.Json["metadata"]!["managedFields"]!.ToJsonString());
        var changed = await server.Admin.PatchAsync(Two + "/web?fieldManager=b", "merge-patch+json", """{"spec":{"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}}]}}""");

        Assert.Equal(["a Apply autoscaling/v1", "b Update autoscaling/v2"], Owners(changed.Json));
        Assert.DoesNotContain("f:targetCPUUtilizationPercentage", changed.Json["metadata"]!["managedFields"]!.ToJsonString());
        Assert.Contains("f:metrics", changed.Json["metadata"]!["managedFields"]!.ToJsonString());
        Assert.Equal(409, (await ApplyAsync(server, One, "a", AppliedInOne)).Code);
    }

    [Fact]
    public async Task Owners_of_events_know_both_groups()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(New + "?fieldManager=a", NewEvent);

        var changed = await server.Admin.PatchAsync(Core + "/e?fieldManager=b", "merge-patch+json", """{"message":"other"}""");

        Assert.Equal(["a Update events.k8s.io/v1", "b Update v1"], Owners(changed.Json));
        var fields = changed.Json["metadata"]!["managedFields"]!.AsArray().ToDictionary(static entry => (string)entry!["manager"]!, static entry => entry!["fieldsV1"]!.ToJsonString());
        Assert.DoesNotContain("f:note", fields["a"]);
        Assert.Contains("f:regarding", fields["a"]);
        Assert.Equal("""{"f:message":{}}""", fields["b"]);
    }

    [Fact]
    public async Task Owners_of_versions_that_are_not_served_are_forgotten()
    {
        await using var server = await TestServer.StartAsync();
        var created = await ApplyAsync(server, One, "a", AppliedInOne);
        var older = created.Text.Replace("\"manager\":\"a\",\"operation\":\"Apply\",\"apiVersion\":\"autoscaling/v1\"", "\"manager\":\"a\",\"operation\":\"Update\",\"apiVersion\":\"autoscaling/v2beta1\"", StringComparison.Ordinal);

        var changed = await server.Admin.PutAsync(One + "/web?fieldManager=b", older.Replace("\"maxReplicas\":5", "\"maxReplicas\":6", StringComparison.Ordinal));

        Assert.Equal(["b Update autoscaling/v1"], Owners(changed.Json));
    }

    private static Task<Answer> ApplyAsync(TestServer server, string path, string manager, string body) =>
        server.Admin.PatchAsync($"{path}/web?fieldManager={manager}", "apply-patch+yaml", body);

    // The server orders them by time, too.
    private static IEnumerable<string> Owners(JsonNode value) =>
        value["metadata"]!["managedFields"]!.AsArray().Select(static entry => $"{entry!["manager"]} {entry["operation"]} {entry["apiVersion"]}").Order(StringComparer.Ordinal);

    [Fact]
    public async Task Lists_and_watches_show_the_version_they_are_asked_in()
    {
        await using var server = await TestServer.StartAsync();
        await using var one = await WatchReader.OpenAsync(server.Admin, One + "?watch=true");
        await using var two = await WatchReader.OpenAsync(server.Admin, Two + "?watch=true");
        await server.Admin.PostAsync(Two, Autoscaler);

        Assert.Equal("autoscaling/v1", (string)(await one.NextAsync())!.Value.Object["apiVersion"]!);
        Assert.Equal("autoscaling/v2", (string)(await two.NextAsync())!.Value.Object["apiVersion"]!);
        await server.Admin.RemoveAsync(Two + "/web");
        Assert.Equal("autoscaling/v1", (string)(await one.NextAsync())!.Value.Object["apiVersion"]!);

        await server.Admin.PostAsync(Two, Autoscaler);
        var list = await server.Admin.AskAsync(One);
        Assert.Equal(("HorizontalPodAutoscalerList", "autoscaling/v1"), ((string)list.Json["kind"]!, (string)list.Json["apiVersion"]!));
        Assert.Equal(70, (int)list.Items[0]!["spec"]!["targetCPUUtilizationPercentage"]!);
        Assert.Null(list.Items[0]!["apiVersion"]);
        var table = await server.Admin.GetAsync(One + "?includeObject=Object", "application/json;as=Table;v=v1;g=meta.k8s.io");
        Assert.Equal("autoscaling/v1", (string)table.Json["rows"]![0]!["object"]!["apiVersion"]!);
        Assert.Equal("Deployment/web", (string)table.Json["rows"]![0]!["cells"]![1]!);
        var partial = await server.Admin.GetAsync(One, "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
        Assert.NotNull(partial.Items[0]!["metadata"]!["annotations"]!["autoscaling.alpha.kubernetes.io/metrics"]);
    }

    [Fact]
    public async Task Events_are_one_in_both_groups()
    {
        await using var server = await TestServer.StartAsync();
        await using var watch = await WatchReader.OpenAsync(server.Admin, Core + "?watch=true");

        Assert.Equal(201, (await server.Admin.PostAsync(New, NewEvent)).Code);
        var core = (await server.Admin.AskAsync(Core + "/e")).Json;
        await server.Admin.PostAsync(Core, """{"metadata":{"name":"old"},"involvedObject":{"kind":"Pod","namespace":"default","name":"q"},"message":"m","source":{"component":"c"},"firstTimestamp":"2026-01-02T03:04:05Z","count":3,"type":"Warning"}""");
        var old = (await server.Admin.AskAsync(New + "/old")).Json;

        Assert.Equal(("v1", "so it is", "p", "example.com/c"), ((string)core["apiVersion"]!, (string)core["message"]!, (string)core["involvedObject"]!["name"]!, (string)core["reportingComponent"]!));
        Assert.Equal("events.k8s.io/v1", (string)old["apiVersion"]!);
        Assert.Equal(("m", "q", "c", 3, "2026-01-02T03:04:05Z"), ((string)old["note"]!, (string)old["regarding"]!["name"]!, (string)old["deprecatedSource"]!["component"]!, (int)old["deprecatedCount"]!, (string)old["deprecatedFirstTimestamp"]!));
        Assert.Equal(["ADDED e", "ADDED old"], await watch.NextAsync(2));
        Assert.Equal(200, (await server.Admin.RemoveAsync(Core + "/e")).Code);
        Assert.Equal("events.events.k8s.io \"e\" not found", (await server.Admin.AskAsync(New + "/e")).Message);
    }

    [Fact]
    public async Task Events_are_selected_by_the_names_of_their_version()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(New, NewEvent);

        Assert.Single((await server.Admin.AskAsync(New + "?fieldSelector=regarding.name%3Dp,reportingController%3Dexample.com/c")).Items);
        Assert.Empty((await server.Admin.AskAsync(New + "?fieldSelector=regarding.name%3Dq")).Items);
        Assert.Single((await server.Admin.AskAsync(Core + "?fieldSelector=involvedObject.name%3Dp,source%3Dexample.com/c")).Items);
        Assert.Equal("field label not supported: involvedObject.name", (await server.Admin.AskAsync(New + "?fieldSelector=involvedObject.name%3Dp")).Message);
        Assert.Equal(400, (await server.Admin.AskAsync(New + "?fieldSelector=source%3Dc")).Code);
        Assert.Equal(400, (await server.Admin.AskAsync(Core + "?fieldSelector=regarding.name%3Dp")).Code);
    }

    [Fact]
    public async Task New_events_are_held_to_more()
    {
        await using var server = await TestServer.StartAsync();

        var bare = await server.Admin.PostAsync(New, """{"metadata":{"name":"e"},"regarding":{"namespace":"default"},"deprecatedCount":1,"deprecatedSource":{"host":"h"},"series":{"count":1}}""");
        Assert.Equal(422, bare.Code);
        Assert.Equal(
            "Event.events.k8s.io \"e\" is invalid: [series.count: Invalid value: \"\": should be at least 2, series.lastObservedTime: Required value, eventTime: Required value, "
            + "type: Invalid value: \"\": has invalid value: , count: Invalid value: \"\": needs to be unset, source: Invalid value: \"\": needs to be unset]",
            bare.Message);
        Assert.Equal(201, (await server.Admin.PostAsync(Core, """{"metadata":{"name":"e"},"involvedObject":{"namespace":"default"},"count":1}""")).Code);

        await server.Admin.PostAsync(New, NewEvent.Replace("\"e\"", "\"f\"", StringComparison.Ordinal));
        var series = await server.Admin.PatchAsync(New + "/f", "merge-patch+json", """{"series":{"count":2,"lastObservedTime":"2026-01-02T03:05:05.000000Z"}}""");
        var note = await server.Admin.PatchAsync(New + "/f", "merge-patch+json", """{"note":"other"}""");
        Assert.Equal((200, 422), (series.Code, note.Code));
        Assert.Equal("Event.events.k8s.io \"f\" is invalid: message: Invalid value: \"other\": field is immutable", note.Message);
        Assert.Equal(200, (await server.Admin.PatchAsync(Core + "/f", "merge-patch+json", """{"message":"other"}""")).Code);
    }

    [Fact]
    public async Task Discovery_and_OpenAPI_know_the_versions_and_their_order()
    {
        await using var server = await TestServer.StartAsync();

        var group = (await server.Admin.AskAsync("/apis/autoscaling")).Json;
        Assert.Equal(["v2", "v1"], group["versions"]!.AsArray().Select(version => (string)version!["version"]!));
        Assert.Equal("v2", (string)group["preferredVersion"]!["version"]!);
        foreach (var (path, hash) in new[] { ("/apis/autoscaling/v1", "qwQve8ut294="), ("/apis/autoscaling/v2", "qwQve8ut294="), ("/apis/events.k8s.io/v1", "r2yiGXH7wu8=") })
        {
            Assert.Equal(hash, (string)(await server.Admin.AskAsync(path)).Json["resources"]![0]!["storageVersionHash"]!);
            Assert.Equal(200, (await server.Admin.AskAsync("/openapi/v3" + path)).Code);
        }

        Assert.NotNull((await server.Admin.AskAsync("/openapi/v3/apis/autoscaling/v1")).Json["components"]!["schemas"]!["io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler"]);
        await server.Admin.AskAsync(One);
        Assert.Contains("resource=\"horizontalpodautoscalers\",scope=\"namespace\",subresource=\"\",verb=\"LIST\",version=\"v1\"", (await server.Admin.AskAsync("/metrics")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Components_in_the_process_use_either_version()
    {
        await using var server = await TestServer.StartAsync();
        var client = server.Host.InProcessClient("system:serviceaccount:kube-system:test", "system:masters");
        var ct = TestContext.Current.CancellationToken;
        await server.Admin.PostAsync(Two, Autoscaler);

        var list = await client.ListAsync<Api.Autoscaling.V1.HorizontalPodAutoscaler>(new Client.ListQuery(), ct);

        var one = Assert.Single(list.Items);
        Assert.Equal(70, one.Spec.TargetCPUUtilizationPercentage);
        await client.UpdateAsync(one with { Spec = one.Spec with { MaxReplicas = 7 } }, ct);
        Assert.Equal(7, (int)(await server.Admin.AskAsync(Two + "/web")).Json["spec"]!["maxReplicas"]!);
    }

    private static IEnumerable<string> Metrics(string json) => JsonNode.Parse(json)!.AsArray().Select(metric =>
        (string?)metric!["resource"]?["name"] ?? (string?)metric["pods"]?["metricName"] ?? (string?)metric["object"]?["metricName"]
        ?? (string?)metric["external"]?["metricName"] ?? (string)metric["containerResource"]!["container"]!);

    private static IEnumerable<string> Sorted(JsonNode list) => list.AsArray().Select(item => item!.ToJsonString()).Order(StringComparer.Ordinal);
}
