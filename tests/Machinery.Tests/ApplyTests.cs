using Navarch.Api;
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
        var applied = Apply("{}", [], "me", """{"metadata":{"name":"a","labels":{"x":"1"}},"data":{"k":"v"}}""");

        Assert.Equal("v", ((JsonObject)applied.Object["data"]!).FindText("k"));
        Assert.Equal("""{"f:data":{"f:k":{}},"f:metadata":{"f:labels":{"f:x":{}}}}""", Text(Assert.Single(applied.Owners)));
    }

    [Fact]
    public void A_field_no_longer_named_goes_unless_somebody_else_owns_it()
    {
        var first = Apply("{}", [], "me", """{"data":{"mine":"1","ours":"2"}}""");
        var second = Apply(first.Object.ToString(), first.Owners, "you", """{"data":{"ours":"2"}}""");
        var third = Apply(second.Object.ToString(), second.Owners, "me", """{"data":{}}""");

        Assert.Equal("""{"data":{"ours":"2"}}""", third.Object.ToString());
        Assert.Equal("you", Assert.Single(third.Owners, static entry => Text(entry).Contains("f:ours", StringComparison.Ordinal)).Manager);
    }

    [Fact]
    public void Another_value_for_an_owned_field_is_a_conflict()
    {
        var first = Apply("{}", [], "me", """{"data":{"k":"1"}}""");
        var second = Apply(first.Object.ToString(), first.Owners, "you", """{"data":{"k":"2"}}""");

        var conflict = Assert.Single(second.Conflicts);
        Assert.Equal("me", conflict.Owner.Manager);
        Assert.Equal([".data.k"], conflict.Fields.Paths());

        // Whoever does not mind has it.
        Assert.Equal("""{"data":{"k":"2"}}""", second.Object.ToString());
        Assert.Equal("you", Assert.Single(second.Owners).Manager);
    }

    [Fact]
    public void The_same_value_is_owned_together()
    {
        var first = Apply("{}", [], "me", """{"data":{"k":"1"}}""");
        var second = Apply(first.Object.ToString(), first.Owners, "you", """{"data":{"k":"1"}}""");

        Assert.Empty(second.Conflicts);
        Assert.Equal(["me", "you"], second.Owners.Select(static owner => owner.Manager));
    }

    [Fact]
    public void Elements_of_a_keyed_list_are_owned_and_merged_by_key()
    {
        var applied = Apply(
            """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s"},{"name":"web","image":"old"}]}}}}""", [], "me",
            """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"new","ports":[{"containerPort":80}]}]}}}}""", Deployment.Schema);

        Assert.Equal("""{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s"},{"name":"web","image":"new","ports":[{"containerPort":80}]}]}}}}""", applied.Object.ToString());
        Assert.Equal(
            """{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}}}""",
            Text(Assert.Single(applied.Owners)));
    }

    [Fact]
    public void What_goes_takes_the_defaults_in_it_along()
    {
        const string Two = """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s"},{"name":"web","image":"w"}]}}}}""";
        var first = Apply("{}", [], "me", Two, Deployment.Schema);
        const string Defaulted = """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s","imagePullPolicy":"Always"},{"name":"web","image":"w","imagePullPolicy":"Always"}]}}}}""";
        var second = Apply(Defaulted, first.Owners, "me", """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"w"}]}}}}""", Deployment.Schema);

        Assert.Equal("""{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"w","imagePullPolicy":"Always"}]}}}}""", second.Object.ToString());
    }

    [Fact]
    public void Applying_the_same_again_changes_nothing()
    {
        var first = Apply("{}", [], "me", """{"data":{"k":"1"}}""");
        var again = Apply(first.Object.ToString(), first.Owners, "me", """{"data":{"k":"1"}}""", now: Now.AddHours(1));

        Assert.Equal(first.Object, again.Object);
        Assert.Equal(Now, Assert.Single(again.Owners).Time);
    }

    [Fact]
    public void A_configuration_may_not_say_what_nobody_understands()
    {
        var problems = ConfigurationProblems.Of(Json(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","spec":{"replica":1,"template":{"spec":{"containers":[{"name":"web","ports":[{"containerPort":80},{"containerPort":80,"protocol":"TCP"}]},{"name":"web","img":"x"},{"image":"y"}]}}}}
            """), Deployment.Schema);

        Assert.Equal(
            [
                ".spec.replica: field not declared in schema",
                ".spec.template.spec.containers[name=\"web\"].ports: duplicate entries for key [containerPort=80,protocol=\"TCP\"]",
                ".spec.template.spec.containers: duplicate entries for key [name=\"web\"]",
                ".spec.template.spec.containers[name=\"web\"].img: field not declared in schema",
                ".spec.template.spec.containers: element 2: associative list with keys has an element that omits key field \"name\" (and doesn't have default value)",
            ], problems);
    }

    [Fact]
    public void What_a_client_applied_itself_is_what_still_has_its_value()
    {
        var shared = Applying.Shared(Json("""{"data":{"a":"1","b":"2","c":"3"}}"""), Json("""{"data":{"a":"1","b":"9"}}"""), ConfigMap.Schema, Untracked.Server);

        Assert.Equal([".data.a"], shared.Paths());
    }

    private static (JsonObject Object, IReadOnlyList<ManagedFieldsEntry> Owners, IReadOnlyList<ApplyConflict> Conflicts) Apply(
        string live, IReadOnlyList<ManagedFieldsEntry> owners, string name, string text, Schema? schema = null, DateTimeOffset? now = null)
    {
        schema ??= ConfigMap.Schema;
        var (configuration, manager) = (Json(text), new Manager(name, "v1", "", now ?? Now));
        var named = Applying.Named(configuration, schema, Untracked.Server);
        var merged = Applying.Merge(Json(live), configuration, schema, owners, manager, named);
        var after = new UpdateRecorder().RecordApply(owners, manager, Json(live).ToUtf8(), default, merged.ToUtf8(), schema, Untracked.Server, named, out var conflicts);
        return (merged, after, conflicts);
    }

    private static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text);

    private static string Text(ManagedFieldsEntry entry) => entry.FieldsV1!.ToString();
}
