using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

/// <summary>resourceVersion, resourceVersionMatch, limit and continue of a list in all combinations.</summary>
public sealed class ListOptionsTests(SharedServer shared) : IClassFixture<SharedServer>
{
    // OLD, NEW and LAST stand for the version after the first, the second and the last write; FUTURE for one that is far away; TOKEN for
    // that of a first page taken after the second write. What is expected: the names that are shown and the version they are shown at.
    [Theory]
    [InlineData("", "a c d", "NOW")]
    [InlineData("resourceVersion=0", "a c d", "NOW")]
    [InlineData("resourceVersion=OLD", "a c d", "NOW")]
    [InlineData("resourceVersion=0&resourceVersionMatch=NotOlderThan", "a c d", "NOW")]
    [InlineData("resourceVersion=OLD&resourceVersionMatch=NotOlderThan", "a c d", "NOW")]
    [InlineData("resourceVersion=OLD&resourceVersionMatch=Exact", "a", "OLD")]
    [InlineData("resourceVersion=NEW&resourceVersionMatch=Exact", "a b", "NEW")]
    [InlineData("resourceVersion=LAST&resourceVersionMatch=Exact", "a c d", "LAST")]
    [InlineData("limit=2", "a c", "NOW")]
    [InlineData("limit=3", "a c d", "NOW")]
    [InlineData("limit=0", "a c d", "NOW")]
    [InlineData("limit=-1", "a c d", "NOW")]
    [InlineData("limit=2&resourceVersion=NEW", "a b", "NEW")]
    [InlineData("limit=1&resourceVersion=NEW", "a", "NEW")]
    [InlineData("limit=2&resourceVersion=OLD&resourceVersionMatch=NotOlderThan", "a c", "NOW")]
    [InlineData("limit=1&resourceVersion=NEW&resourceVersionMatch=Exact", "a", "NEW")]
    [InlineData("continue=TOKEN", "b", "NEW")]
    [InlineData("limit=1&continue=TOKEN", "b", "NEW")]
    [InlineData("limit=1&resourceVersion=0&continue=TOKEN", "b", "NEW")]
    public async Task A_version_and_a_match_say_which_state_is_shown(string query, string names, string version)
    {
        var (maps, versions) = await HistoryAsync();

        var list = await shared.Admin.AskAsync($"{maps}?{Filled(query, versions)}");

        Assert.Equal(200, list.Code);
        Assert.Equal(names, string.Join(' ', list.Items.Select(static item => (string)item!["metadata"]!["name"]!)));
        if (version == "NOW")
        {
            Assert.True(long.Parse(list.Version, null) >= long.Parse(versions["LAST"], null));
        }
        else
        {
            Assert.Equal(versions[version], list.Version);
        }
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("resourceVersionMatch=NotOlderThan", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("resourceVersion=0&resourceVersionMatch=Exact", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")]
    [InlineData("resourceVersion=0&resourceVersionMatch=exact", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Unsupported value: \"exact\": supported values: \"Exact\", \"NotOlderThan\", \"\"")]
    [InlineData("resourceVersionMatch=Foo", 422, "ListOptions.meta.k8s.io \"\" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided, resourceVersionMatch: Unsupported value: \"Foo\": supported values: \"Exact\", \"NotOlderThan\", \"\"]")]
    [InlineData("resourceVersion=OLD&resourceVersionMatch=Exact&continue=TOKEN", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided")]
    [InlineData("resourceVersion=OLD&continue=TOKEN", 400, "specifying resource version is not allowed when using continue")]
    [InlineData("sendInitialEvents=true", 422, "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list")]
    [InlineData("resourceVersion=abc", 400, "invalid resource version: resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax")]
    [InlineData("resourceVersion=-1", 400, "invalid resource version: resourceVersion: Invalid value: \"-1\": strconv.ParseUint: parsing \"-1\": invalid syntax")]
    [InlineData("limit=x", 400, "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("continue=%25%25", 400, "invalid continue token: continue key is not valid: illegal base64 data")]
    [InlineData("continue=abcd", 400, "invalid continue token: continue key is not valid: invalid JSON")]
    [InlineData("continue=eyJ2IjoidjkiLCJydiI6MSwic3RhcnQiOiJhIn0", 400, "invalid continue token: continue key is not valid: server does not recognize this encoded version v9")]
    [InlineData("continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MCwic3RhcnQiOiJhIn0", 400, "invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)")]
    [InlineData("continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIifQ", 400, "invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)")]
    [InlineData("labelSelector=a%20in%20(", 400, "unable to parse requirement: found '', expected: ',', or identifier")]
    [InlineData("labelSelector=a,,b", 400, "found ',', expected: identifier after ','")]
    [InlineData("labelSelector=a%3E", 400, null)]
    [InlineData("labelSelector=!!a", 400, "unable to parse requirement: found '!', expected: identifier")]
    [InlineData("labelSelector=a%3Db%20c", 400, "found 'c', expected: ',' or 'end of string'")]
    [InlineData("labelSelector=x/y/z", 400, null)]
    [InlineData("fieldSelector=spec.nothing%3Dx", 400, "\"spec.nothing\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("fieldSelector=metadata.name", 400, "invalid selector: 'metadata.name'; can't understand 'metadata.name'")]
    public async Task Options_that_do_not_fit_are_refused(string query, int code, string? message)
    {
        var (maps, versions) = await HistoryAsync();

        var answer = await shared.Admin.AskAsync($"{maps}?{Filled(query, versions)}");

        Assert.Equal(code, answer.Code);
        Assert.Equal(code == 422 ? "Invalid" : "BadRequest", answer.Reason);
        Assert.Equal(message ?? answer.Message, answer.Message);
    }

    [Theory]
    [InlineData("resourceVersion=FUTURE")]
    [InlineData("resourceVersion=FUTURE&resourceVersionMatch=Exact")]
    [InlineData("resourceVersion=FUTURE&resourceVersionMatch=NotOlderThan")]
    [InlineData("resourceVersion=FUTURE&limit=1")]
    public async Task A_version_of_the_future_is_too_large(string query)
    {
        var (maps, versions) = await HistoryAsync();

        var answer = await shared.Admin.AskAsync($"{maps}?{Filled(query, versions)}");

        Assert.Equal((504, "Timeout"), (answer.Code, answer.Reason));
        Assert.StartsWith("Timeout: Too large resource version: 99999999, current: ", answer.Message, StringComparison.Ordinal);
        Assert.Equal(1, (int)answer.Json["details"]!["retryAfterSeconds"]!);
        Assert.Equal("ResourceVersionTooLarge", (string)answer.Json["details"]!["causes"]![0]!["reason"]!);
        Assert.Equal("Too large resource version", (string)answer.Json["details"]!["causes"]![0]!["message"]!);
    }

    [Theory]
    [InlineData("limit=1", 3)]
    [InlineData("limit=2", 2)]
    [InlineData("limit=3", 1)]
    [InlineData("limit=4", null)]
    [InlineData("limit=1&labelSelector=x", null)]
    [InlineData("limit=1&labelSelector=!y", null)]
    [InlineData("limit=1&fieldSelector=metadata.name!%3Dz", null)]
    public async Task What_remains_is_counted_where_nothing_is_selected(string query, int? remaining)
    {
        var maps = await shared.MapsAsync();
        foreach (var name in (string[])["a", "b", "c", "d"])
        {
            await shared.Admin.PostAsync(maps, $$$"""{"metadata":{"name":"{{{name}}}","labels":{"x":"1"} } }""");
        }

        var list = await shared.Admin.AskAsync($"{maps}?{query}");

        Assert.Equal(remaining, (int?)list.Json["metadata"]!["remainingItemCount"]);
        Assert.Equal(!query.StartsWith("limit=4", StringComparison.Ordinal), list.Json["metadata"]!["continue"] is not null);
    }

    [Fact]
    public async Task Pages_of_all_namespaces_show_everything_once()
    {
        var (one, two) = (await shared.MapsAsync(), await shared.MapsAsync());
        foreach (var name in (string[])["a", "b", "c"])
        {
            await shared.Admin.PostAsync(one, $$$"""{"metadata":{"name":"{{{name}}}","labels":{"paged":"yes"} } }""");
            await shared.Admin.PostAsync(two, $$$"""{"metadata":{"name":"{{{name}}}","labels":{"paged":"yes"} } }""");
        }

        var seen = new List<string>();
        var token = "";
        do
        {
            var page = await shared.Admin.AskAsync($"/api/v1/configmaps?labelSelector=paged%3Dyes&limit=2&continue={token}");
            seen.AddRange(page.Items.Select(static item => $"{item!["metadata"]!["namespace"]}/{item["metadata"]!["name"]}"));
            token = (string?)page.Json["metadata"]!["continue"] ?? "";
        }
        while (token.Length > 0);

        Assert.Equal(6, seen.Count);
        Assert.Equal(6, seen.Distinct().Count());
    }

    [Theory]
    [InlineData("env%20in%20(prod,test)", "a b")]
    [InlineData("env%20notin%20(prod)", "b c d")]
    [InlineData("env", "a b c")]
    [InlineData("!env", "d")]
    [InlineData("env%3Dprod,tier%3D%3Dfront", "a")]
    [InlineData("env!%3Dprod", "b c d")]
    [InlineData("env%20in%20(),tier", null)]
    [InlineData("weight%3E5", "b")]
    [InlineData("weight%3C5", "a")]
    [InlineData("env%20in%20(,prod)", "a c")]
    [InlineData("env%3D", "c")]
    public async Task Labels_are_selected_by_sets(string selector, string? names)
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a","labels":{"env":"prod","tier":"front","weight":"3"}}}""");
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"b","labels":{"env":"test","weight":"8"}}}""");
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"c","labels":{"env":""}}}""");
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"d"}}""");

        var list = await shared.Admin.AskAsync($"{maps}?labelSelector={selector}");

        if (names is null)
        {
            Assert.Equal(400, list.Code);
            Assert.Equal("unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty", list.Message);
            return;
        }

        Assert.Equal(names, string.Join(' ', list.Items.Select(static item => (string)item!["metadata"]!["name"]!)));
    }

    [Theory]
    [InlineData("/api/v1/pods", "spec.nodeName=n,status.phase=Running", 200, null)]
    [InlineData("/api/v1/pods", "spec.image=x", 400, "field label not supported: spec.image")]
    [InlineData("/api/v1/nodes", "spec.unschedulable=true", 200, null)]
    [InlineData("/api/v1/namespaces", "metadata.name!=x,status.phase=Active", 200, null)]
    [InlineData("/api/v1/secrets", "type=Opaque", 200, null)]
    [InlineData("/apis/batch/v1/jobs", "status.successful=1", 200, null)]
    [InlineData("/apis/apps/v1/deployments", "spec.replicas=1", 400, "\"spec.replicas\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("/apis/batch/v1/jobs", "spec.completions=1", 400, "field label \"spec.completions\" not supported for Job")]
    public async Task Fields_are_selected_as_the_kind_allows(string path, string selector, int code, string? message)
    {
        var answer = await shared.Admin.AskAsync($"{path}?fieldSelector={Uri.EscapeDataString(selector)}");

        Assert.Equal(code, answer.Code);
        if (message is not null)
        {
            Assert.Equal(message, answer.Message);
        }
    }

    private static string Filled(string query, Dictionary<string, string> versions)
    {
        foreach (var (name, value) in versions)
        {
            query = query.Replace(name, value, StringComparison.Ordinal);
        }

        return query;
    }

    /// <summary>a is created (OLD), b is created (NEW), b is deleted, c and d are created (LAST).</summary>
    private async Task<(string Maps, Dictionary<string, string> Versions)> HistoryAsync()
    {
        var maps = await shared.MapsAsync();
        var old = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        var changed = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"b"}}""");
        var page = await shared.Admin.AskAsync(maps + "?limit=1");
        await shared.Admin.RemoveAsync(maps + "/b");
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"c"}}""");
        var last = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"d"}}""");
        return (maps, new Dictionary<string, string>
        {
            ["OLD"] = old.Version,
            ["NEW"] = changed.Version,
            ["LAST"] = last.Version,
            ["FUTURE"] = "99999999",
            ["TOKEN"] = (string)page.Json["metadata"]!["continue"]!,
        });
    }
}
