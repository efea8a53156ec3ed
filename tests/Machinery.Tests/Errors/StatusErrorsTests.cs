using System.Text;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.Machinery.Errors;

namespace Navarch.Machinery.Tests.Errors;

public sealed class StatusErrorsTests
{
    [Fact]
    public void A_missing_object_is_named_with_its_resource()
    {
        var status = StatusErrors.NotFound(Deployment.ResourceType, "web");

        Assert.Equal(
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"deployments.apps \"web\" not found","reason":"NotFound","details":{"name":"web","group":"apps","kind":"deployments"},"code":404}""",
            Encoding.UTF8.GetString(ApiJson.ToUtf8(status)));
    }

    [Fact]
    public void One_broken_rule_is_said_plainly_and_several_in_brackets_each_once()
    {
        var errors = new FieldErrors();
        errors.Invalid("spec.replicas", -1, "must be greater than or equal to 0");
        var one = StatusErrors.Invalid(Deployment.ResourceType, "web", errors.All);
        errors.Required(FieldPath.Of("spec") / "containers");
        errors.Required("spec.containers");
        var several = StatusErrors.Invalid(Deployment.ResourceType, "web", errors.All);

        Assert.Equal("Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0", one.Message);
        Assert.Equal("Deployment.apps \"web\" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.containers: Required value]", several.Message);
        Assert.Equal(3, several.Details!.Causes.Count);
        Assert.Equal("FieldValueRequired", several.Details.Causes[1].Type);
    }

    [Fact]
    public void Forbidden_says_as_much_as_it_knows()
    {
        Assert.Equal("pods \"a\" is forbidden: no", StatusErrors.Forbidden(Pod.ResourceType, "a", "no").Message);
        Assert.Equal("pods is forbidden: no", StatusErrors.Forbidden(Pod.ResourceType, "", "no").Message);
        Assert.Equal("forbidden: no", StatusErrors.Forbidden("", "", "", "no").Message);
    }

    [Fact]
    public void A_path_is_written_with_indexes_and_keys()
    {
        string path = ((FieldPath.Of("spec") / "containers")[0] / "env")[3] / "name";
        string keyed = (FieldPath.Of("data"))["a.b"];

        Assert.Equal("spec.containers[0].env[3].name", path);
        Assert.Equal("data[a.b]", keyed);
    }

    [Theory]
    [InlineData("a\"b\\c\n", "\"a\\\"b\\\\c\\n\"")]
    [InlineData("\u0000\u007f", "\"\\x00\\x7f\"")]
    [InlineData("äö😀", "\"äö😀\"")]
    [InlineData("\u2028\u00a0", "\"\\u2028\\u00a0\"")]
    public void Text_is_quoted_as_Go_quotes_it(string text, string quoted) => Assert.Equal(quoted, GoText.Quote(text));
}
