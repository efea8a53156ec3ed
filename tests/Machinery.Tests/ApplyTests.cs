using System.Text;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Tests;

public sealed class ApplyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Applying_makes_the_manager_owner_of_exactly_what_it_names()
    {
        var (merged, fields) = Apply(Json("{}"), [], "me", """{"metadata":{"name":"a","labels":{"x":"1"}},"data":{"k":"v"}}""");

        Assert.Equal("v", ((JsonObject)merged!["data"]!).FindText("k"));
        Assert.Equal("""{"f:data":{"f:k":{}},"f:metadata":{"f:labels":{"f:x":{}}}}""", Text(Assert.Single(fields)));
    }

    [Fact]
    public void A_field_no_longer_named_goes_unless_somebody_else_owns_it()
    {
        var (first, owned) = Apply(Json("{}"), [], "me", """{"data":{"mine":"1","ours":"2"}}""");
        var (second, shared) = Apply(first!, owned, "you", """{"data":{"ours":"2"}}""");
        var (third, last) = Apply(second!, shared, "me", """{"data":{}}""");

        Assert.Equal("""{"data":{"ours":"2"}}""", third!.ToString());
        Assert.Equal("you", Assert.Single(last, entry => Text(entry).Contains("f:ours", StringComparison.Ordinal)).Manager);
    }

    [Fact]
    public void Another_value_for_an_owned_field_is_a_conflict_until_forced()
    {
        var (first, owned) = Apply(Json("{}"), [], "me", """{"data":{"k":"1"}}""");
        var fields = ManagedFields.Of(owned);

        Assert.Null(fields.Apply(new Manager("you", "v1", "", Now), first!, Json("""{"data":{"k":"2"}}"""), ConfigMap.Schema, Untracked.Server, force: false, out var conflicts));
        var conflict = Assert.Single(conflicts);
        Assert.Equal("me", conflict.Owner.Manager);
        Assert.Equal([".data.k"], conflict.Fields.Paths());

        var forced = fields.Apply(new Manager("you", "v1", "", Now), first!, Json("""{"data":{"k":"2"}}"""), ConfigMap.Schema, Untracked.Server, force: true, out _);
        Assert.Equal("""{"data":{"k":"2"}}""", forced!.ToString());
        Assert.Equal("you", Assert.Single(fields.ToEntries()).Manager);
    }

    [Fact]
    public void Elements_of_a_keyed_list_are_owned_and_merged_by_key()
    {
        var live = Json("""{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s"},{"name":"web","image":"old"}]}}}}""");
        var fields = ManagedFields.Of([]);
        var merged = fields.Apply(new Manager("me", "apps/v1", "", Now), live, Json("""{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"new","ports":[{"containerPort":80}]}]}}}}"""), Deployment.Schema, Untracked.ServerAndStatus, force: false, out _);

        Assert.Equal("""{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s"},{"name":"web","image":"new","ports":[{"containerPort":80}]}]}}}}""", merged!.ToString());
        Assert.Equal(
            """{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}}}""",
            Text(Assert.Single(fields.ToEntries())));
    }

    [Fact]
    public void An_update_takes_what_it_changes_and_a_removed_field_has_no_owner()
    {
        var (first, owned) = Apply(Json("{}"), [], "me", """{"data":{"a":"1","b":"2","c":"3"}}""");
        var fields = ManagedFields.Of(owned);
        fields.Update(new Manager("editor", "v1", "", Now), first!, Json("""{"data":{"a":"1","b":"9"}}"""), ConfigMap.Schema, Untracked.Server);

        var entries = fields.ToEntries();
        Assert.Equal("""{"f:data":{"f:a":{}}}""", Text(entries[0]));
        Assert.Equal(("editor", """{"f:data":{"f:b":{}}}"""), (entries[1].Manager, Text(entries[1])));
    }

    [Fact]
    public void A_created_map_is_owned_with_its_entries()
    {
        var fields = ManagedFields.Of([]);
        fields.Update(new Manager("kubectl-create", "v1", "", Now), Json("""{"metadata":{}}"""), Json("""{"metadata":{"name":"a","labels":{"x":"1"}},"data":{"k":"v"}}"""), ConfigMap.Schema, Untracked.Server);

        Assert.Equal("""{"f:data":{".":{},"f:k":{}},"f:metadata":{"f:labels":{".":{},"f:x":{}}}}""", Text(Assert.Single(fields.ToEntries())));
    }

    [Fact]
    public void Applying_the_same_again_changes_nothing()
    {
        var (first, owned) = Apply(Json("{}"), [], "me", """{"data":{"k":"1"}}""");
        var fields = ManagedFields.Of(owned);
        var again = fields.Apply(new Manager("me", "v1", "", Now.AddHours(1)), first!, Json("""{"data":{"k":"1"}}"""), ConfigMap.Schema, Untracked.Server, force: false, out _);

        Assert.Equal(first, again);
        Assert.Equal(Now, Assert.Single(fields.ToEntries()).Time);
    }

    private static (JsonObject? Merged, IReadOnlyList<ManagedFieldsEntry> Fields) Apply(JsonObject live, IReadOnlyList<ManagedFieldsEntry> entries, string manager, string configuration)
    {
        var fields = ManagedFields.Of(entries);
        var merged = fields.Apply(new Manager(manager, "v1", "", Now), live, Json(configuration), ConfigMap.Schema, Untracked.Server, force: false, out var conflicts);
        Assert.Empty(conflicts);
        return (merged, fields.ToEntries());
    }

    private static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text);

    private static string Text(ManagedFieldsEntry entry) => Encoding.UTF8.GetString(entry.FieldsV1!.Json.Span);
}
