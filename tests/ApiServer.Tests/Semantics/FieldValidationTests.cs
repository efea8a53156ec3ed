using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

/// <summary>Fields that are unknown or come twice: ignored, warned of or refused, as the client asks.</summary>
public sealed class FieldValidationTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Doubtful = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","colour":"red"},"data":{"k":"v","k":"w"},"spec":{}}""";

    private static readonly string[] Problems = ["unknown field \"metadata.colour\"", "duplicate field \"data.k\"", "unknown field \"spec\""];

    [Theory]
    [InlineData("")]
    [InlineData("?fieldValidation=Warn")]
    public async Task By_default_the_client_is_warned(string query)
    {
        var maps = await shared.MapsAsync();

        var created = await shared.Admin.PostAsync(maps + query, Doubtful);
        Assert.Equal(201, created.Code);
        Assert.Equal("w", (string)created.Json["data"]!["k"]!);
        Assert.Equal(Warnings(Problems), created.Warnings.Order());
        Assert.Equal(Warnings(Problems), (await shared.Admin.PutAsync(maps + "/a" + query, Doubtful)).Warnings.Order());
        Assert.Equal(
            Warnings(["unknown field \"spec\"", "duplicate field \"data.k\""]),
            (await shared.Admin.PatchAsync(maps + "/a" + query, "merge-patch+json", """{"data":{"k":"1","k":"2"},"spec":{}}""")).Warnings.Order());
        Assert.Equal(
            Warnings(["unknown field \"spec\""]),
            (await shared.Admin.PatchAsync(maps + "/a" + query, "strategic-merge-patch+json", """{"spec":{}}""")).Warnings.Order());
        Assert.Equal(
            Warnings(["unknown field \"spec\"", "json patch unknown field \"[0].note\""]),
            (await shared.Admin.PatchAsync(maps + "/a" + query, "json-patch+json", """[{"op":"add","path":"/spec","value":{},"note":"x"}]""")).Warnings.Order());
    }

    [Fact]
    public async Task A_field_that_is_unknown_and_comes_twice_is_told_of_once()
    {
        var created = await shared.Admin.PostAsync(
            await shared.MapsAsync() + "?fieldValidation=Strict", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"spec":1,"spec":2}""");

        Assert.Equal("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"spec\"", created.Message);
    }

    [Fact]
    public async Task Whoever_does_not_care_hears_nothing()
    {
        var maps = await shared.MapsAsync();

        Assert.Empty((await shared.Admin.PostAsync(maps + "?fieldValidation=Ignore", Doubtful)).Warnings);
        Assert.Empty((await shared.Admin.PutAsync(maps + "/a?fieldValidation=Ignore", Doubtful)).Warnings);
        Assert.Empty((await shared.Admin.PatchAsync(maps + "/a?fieldValidation=Ignore", "merge-patch+json", """{"spec":{}}""")).Warnings);
    }

    [Fact]
    public async Task Strictness_refuses()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"b"}}""");

        var created = await shared.Admin.PostAsync(maps + "?fieldValidation=Strict", Doubtful);
        Assert.Equal((400, "BadRequest"), (created.Code, created.Reason));
        Assert.StartsWith("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: ", created.Message, StringComparison.Ordinal);
        Assert.All(Problems, problem => Assert.Contains(problem, created.Message, StringComparison.Ordinal));
        Assert.Equal(400, (await shared.Admin.PutAsync(maps + "/b?fieldValidation=Strict", """{"metadata":{"name":"b"},"spec":{}}""")).Code);

        var patched = await shared.Admin.PatchAsync(maps + "/b?fieldValidation=Strict", "merge-patch+json", """{"spec":{}}""");
        Assert.Equal((422, "Invalid", "patch"), (patched.Code, patched.Reason, (string)patched.Json["details"]!["causes"]![0]!["field"]!));
        Assert.EndsWith(": strict decoding error: unknown field \"spec\"", patched.Message, StringComparison.Ordinal);
        var strategic = await shared.Admin.PatchAsync(maps + "/b?fieldValidation=Strict", "strategic-merge-patch+json", """{"spec":{"x":1}}""");
        Assert.Equal((422, " \"\" is invalid: patch: Invalid value: \"map[spec:map[x:1]]\": strict decoding error: unknown field \"spec\""), (strategic.Code, strategic.Message));
        Assert.Equal(422, (await shared.Admin.PatchAsync(maps + "/b?fieldValidation=Strict", "json-patch+json", """[{"op":"add","path":"/data","value":{},"note":"x"}]""")).Code);
        var applied = await shared.Admin.PatchAsync(maps + "/b?fieldValidation=Strict&fieldManager=m", "apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"},"spec":{}}""");
        Assert.Equal((500, "failed to create typed patch object (/b; /v1, Kind=ConfigMap): .spec: field not declared in schema"), (applied.Code, applied.Message));
    }

    [Theory]
    [InlineData("", "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)")]
    [InlineData("{\"kind\":\"Secret\",\"apiVersion\":\"v1\"}", "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion")]
    [InlineData("{\"apiVersion\":\"apps/v1\"}", "the API version in the data (apps/v1) does not match the expected API version (v1)")]
    public async Task What_cannot_be_read_is_explained(string body, string message)
    {
        var answer = await shared.Admin.PostAsync(await shared.MapsAsync(), body);

        Assert.Equal((400, "BadRequest", message), (answer.Code, answer.Reason, answer.Message));
    }

    [Theory]
    [InlineData("nonsense", "(6e6f6e73656e7365)")]
    [InlineData("{\"metadata\":{\"name\":\"a-long-name-indeed\"}", "({\"metadata\":{\"name\":\"a-long-na ...)")]
    public async Task What_is_no_object_is_shown(string body, string summary)
    {
        var answer = await shared.Admin.PostAsync(await shared.MapsAsync(), body);

        Assert.Equal(400, answer.Code);
        Assert.StartsWith("the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: ", answer.Message, StringComparison.Ordinal);
        Assert.EndsWith(summary, answer.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Warnings(IEnumerable<string> problems) =>
        problems.Select(static problem => $"299 - \"{problem.Replace("\"", "\\\"", StringComparison.Ordinal)}\"").Order();
}
