using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission.Webhooks;

/// <summary>What webhooks and policies see of questions that are answered and not stored.</summary>
public sealed class ReviewWebhookTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Authorization = "/apis/authorization.k8s.io/v1";
    private const string Rights = """{"spec":{"user":"eve","resourceAttributes":{"verb":"get","resource":"pods"}}}""";

    private HttpClient Admin => shared.Admin;

    [Fact]
    public async Task Every_review_is_the_creation_of_an_object_of_its_kind()
    {
        await using var hook = await HookServer.StartAsync(Admin);
        await hook.ConfigureAsync("Validating", "reviews", hook.Hook("a.example.com", "", "*"));

        await PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", """{"metadata":{"name":"mine"},"spec":{"token":"x"}}""");
        await PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
        await PostAsync(Authorization + "/subjectaccessreviews", Rights);
        await PostAsync(Authorization + "/selfsubjectaccessreviews", """{"spec":{"nonResourceAttributes":{"verb":"get","path":"/"}}}""");
        await PostAsync(Authorization + "/selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""");
        await PostAsync(Authorization + "/namespaces/default/localsubjectaccessreviews", Rights.Replace("\"verb\"", "\"namespace\":\"default\",\"verb\"", StringComparison.Ordinal));

        Assert.Equal(
            [
                "CREATE TokenReview tokenreviews mine ", "CREATE SelfSubjectReview selfsubjectreviews  ", "CREATE SubjectAccessReview subjectaccessreviews  ",
                "CREATE SelfSubjectAccessReview selfsubjectaccessreviews  ", "CREATE SelfSubjectRulesReview selfsubjectrulesreviews  ",
                "CREATE LocalSubjectAccessReview localsubjectaccessreviews  default",
            ],
            hook.Asked.Select(static review => review["request"]!).Select(static asked => $"{asked["operation"]} {asked["kind"]!["kind"]} {asked["resource"]!["resource"]} {asked["name"]} {asked["namespace"]}"));
        Assert.Equal("x", (string)hook.Asked.First()["request"]!["object"]!["spec"]!["token"]!);
    }

    [Fact]
    public async Task A_review_may_be_changed_and_refused()
    {
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, request) => (string)request["kind"]!["kind"]! == "SubjectAccessReview"
            ? HookServer.Patch("""[{"op":"add","path":"/spec/groups","value":["system:masters"]}]""")
            : HookServer.Deny("""{"message":"nobody asks"}""");
        await hook.ConfigureAsync("Mutating", "reviews-changed", hook.Hook("a.example.com", "", "subjectaccessreviews;selfsubjectreviews"));

        var answer = await Admin.PostAsync(Authorization + "/subjectaccessreviews", Rights);
        Assert.True((bool)answer.Json["status"]!["allowed"]!, answer.Text);
        Assert.Equal("admission webhook \"a.example.com\" denied the request: nobody asks", (await Admin.PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}")).Message);
    }

    [Fact]
    public async Task A_binding_posted_to_its_collection_is_a_binding_and_nothing_below_a_pod()
    {
        var space = await shared.NamespaceAsync();
        Assert.Equal(201, (await Admin.PostAsync($"/api/v1/namespaces/{space}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""")).Code);
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, _) => HookServer.Patch("""[{"op":"replace","path":"/target/name","value":"other"}]""");
        await hook.ConfigureAsync("Mutating", "old-bindings", hook.Hook("a.example.com", space, "*/*"));

        await PostAsync($"/api/v1/namespaces/{space}/bindings", """{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""");

        var asked = hook.Asked.Single()["request"]!;
        Assert.Equal(("bindings", null, "p"), ((string)asked["resource"]!["resource"]!, asked["subResource"], (string)asked["name"]!));
        Assert.Equal("other", (string)(await Admin.AskAsync($"/api/v1/namespaces/{space}/pods/p")).Json["spec"]!["nodeName"]!);
    }

    [Fact]
    public async Task Policies_are_not_held_against_reviews_so_that_nobody_is_locked_out()
    {
        const string policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
        await Admin.PostAsync(policies, """
            {"metadata":{"name":"nothing"},"spec":{"matchConstraints":{"resourceRules":[{"operations":["CREATE"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}]},
             "validations":[{"expression":"false"}]}}
            """);
        await Admin.PostAsync("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", """{"metadata":{"name":"nothing"},"spec":{"policyName":"nothing","validationActions":["Deny"]}}""");
        Assert.Equal(422, (await Admin.PostAsync("/api/v1/namespaces/default/configmaps?dryRun=All", """{"metadata":{"name":"m"}}""")).Code);

        await PostAsync(Authorization + "/subjectaccessreviews", Rights);
        await PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");

        await Admin.RemoveAsync("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/nothing");
        await Admin.RemoveAsync(policies + "/nothing");
    }

    private async Task PostAsync(string path, string body)
    {
        var answer = await Admin.PostAsync(path, body);
        Assert.True(answer.Code == 201, answer.Text);
    }
}
