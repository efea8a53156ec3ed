using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Resources.Apps;

/// <summary>What a revision holds is a value of any type, which the server takes as it comes.</summary>
public sealed class ControllerRevisionTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Written = """
        {
          "metadata": { "name": "a" }, "revision": 1,
          "data": {
            "b": "two  spaces, a \" and a \n, kept",

            "a": [ 1, {} ]
          }
        }
        """;

    [Fact]
    public async Task White_space_of_a_free_value_does_not_break_the_lines_of_a_watch()
    {
        var revisions = $"/apis/apps/v1/namespaces/{await shared.NamespaceAsync()}/controllerrevisions";

        var created = await shared.Admin.PostAsync(revisions, Written);

        Assert.Contains("""
            "data":{"b":"two  spaces, a \" and a \n, kept","a":[1,{}]}
            """, created.Text, StringComparison.Ordinal);
        await using var watch = await WatchReader.OpenAsync(shared.Admin, $"{revisions}?watch=true");
        Assert.Equal(["ADDED a"], await watch.NextAsync(1));
    }

    [Fact]
    public async Task Data_stays_and_may_be_written_another_way()
    {
        var revisions = $"/apis/apps/v1/namespaces/{await shared.NamespaceAsync()}/controllerrevisions";
        await shared.Admin.PostAsync(revisions, Written);

        var labelled = await shared.Admin.PatchAsync(
            revisions + "/a?fieldManager=x", "apply-patch+yaml", """{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"a","labels":{"k":"v"}}}""");
        var changed = await shared.Admin.PatchAsync(revisions + "/a", "merge-patch+json", """{"data":{"a":[2]}}""");

        Assert.Equal((200, "v"), (labelled.Code, (string)labelled.Json["metadata"]!["labels"]!["k"]!));
        Assert.Equal(422, changed.Code);
        Assert.EndsWith("field is immutable", changed.Message, StringComparison.Ordinal);
    }
}
