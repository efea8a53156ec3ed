using Navarch.ApiServer.Resources.AdmissionRegistration;

namespace Navarch.ApiServer.Tests.Resources.AdmissionRegistration;

public sealed class AdmissionRegistrationTests
{
    private const string Rule = """{"operations":["CREATE"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}""";
    private const string Hook = "\"name\":\"a.b.c\",\"clientConfig\":{\"url\":\"https://h/x\"},\"sideEffects\":\"None\",\"admissionReviewVersions\":[\"v1\"]";

    [Fact]
    public void A_webhook_is_filled_in()
    {
        var value = new MutatingWebhookConfigurationResource().Created(
            $$$$$$"""{"metadata":{"name":"a"},"webhooks":[{"name":"a.b.c","clientConfig":{"service":{"namespace":"n","name":"s"}},"sideEffects":"None","admissionReviewVersions":["v1"],"rules":[{{{{{{Rule}}}}}}]}]}""");

        Assert.Equal(
            """{"kind":"MutatingWebhookConfiguration","apiVersion":"admissionregistration.k8s.io/v1","metadata":{"name":"a"},"webhooks":[{"name":"a.b.c","clientConfig":{"service":{"namespace":"n","name":"s","port":443}},"rules":[{"operations":["CREATE"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"],"scope":"*"}],"failurePolicy":"Fail","matchPolicy":"Equivalent","namespaceSelector":{},"objectSelector":{},"sideEffects":"None","timeoutSeconds":10,"admissionReviewVersions":["v1"],"reinvocationPolicy":"Never"}]}""",
            ResourceHarness.Text(value));
        Assert.Equal(["a", 1L, "<unknown>"], new MutatingWebhookConfigurationResource().Cells(value));
    }

    [Theory]
    [InlineData(Hook)]
    [InlineData("\"name\":\"a.b\",\"clientConfig\":{}", "webhooks[0].name: Invalid value: \"a.b\": should be a domain with at least three segments separated by dots", "webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun", "webhooks[0].clientConfig: Required value: exactly one of url or service is required", "webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1")]
    [InlineData("\"name\":\"a.b.c\",\"clientConfig\":{\"url\":\"http://u@h/x?q#f\"},\"sideEffects\":\"Some\",\"timeoutSeconds\":31,\"admissionReviewVersions\":[\"v2\"]", "webhooks[0].sideEffects: Unsupported value: \"Some\": supported values: \"None\", \"NoneOnDryRun\"", "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds", "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]", "webhooks[0].clientConfig.url: Invalid value: \"u\": user information is not permitted in the URL", "webhooks[0].clientConfig.url: Invalid value: \"f\": fragments are not permitted in the URL", "webhooks[0].clientConfig.url: Invalid value: \"q\": query parameters are not permitted in the URL", "webhooks[0].admissionReviewVersions: Invalid value: [\"v2\"]: must include at least one of v1, v1beta1")]
    [InlineData(Hook + ",\"rules\":[{\"operations\":[\"*\",\"X\"],\"apiGroups\":[],\"apiVersions\":[\"\"],\"resources\":[\"*\",\"pods\",\"x/*\",\"x/y\"]}]", "webhooks[0].rules[0].operations: Invalid value: [\"*\",\"X\"]: if '*' is present, must not specify other operations", "webhooks[0].rules[0].operations[1]: Unsupported value: \"X\": supported values: \"*\", \"CONNECT\", \"CREATE\", \"DELETE\", \"UPDATE\"", "webhooks[0].rules[0].apiGroups: Required value", "webhooks[0].rules[0].apiVersions[0]: Required value", "webhooks[0].rules[0].resources[3]: Invalid value: \"x/y\": if 'x/*' is present, must not specify x/y", "webhooks[0].rules[0].resources: Invalid value: [\"*\",\"pods\",\"x/*\",\"x/y\"]: if '*' is present, must not specify other resources without subresources")]
    public void A_webhook_can_be_reached_and_has_no_effects_of_its_own(string hook, params string[] expected) => Assert.Equal(
        expected, new ValidatingWebhookConfigurationResource().CreateErrors($$$$$$"""{"metadata":{"name":"a"},"webhooks":[{{{{{{{hook}}}}}}}]}"""));

    [Fact]
    public void A_validating_policy_matches_something_and_says_something()
    {
        var resource = new ValidatingAdmissionPolicyResource();
        Assert.Empty(resource.CreateErrors($$$$$$"""{"metadata":{"name":"a"},"spec":{"matchConstraints":{"resourceRules":[{{{{{{Rule}}}}}}]},"validations":[{"expression":"true"}]}}"""));
        Assert.Equal(
            ["spec.matchConstraints: Required value", "spec.validations: Required value: validations or auditAnnotations must contain at least one item", "spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item"],
            resource.CreateErrors("""{"metadata":{"name":"a"},"spec":{}}"""));
        Assert.Equal(
            ["spec.paramKind.apiVersion: Invalid value: \"a/b/c\": unexpected GroupVersion string: a/b/c", "spec.variables[0].name: Invalid value: \"in\": name is not a valid CEL identifier", "spec.validations[0].message: Invalid value: \"a\\nb\": message must not contain line breaks", "spec.validations[0].reason: Unsupported value: \"Nope\": supported values: \"Forbidden\", \"Invalid\", \"RequestEntityTooLarge\", \"Unauthorized\""],
            resource.CreateErrors($$$$$$"""{"metadata":{"name":"a"},"spec":{"paramKind":{"apiVersion":"a/b/c","kind":"K"},"matchConstraints":{"resourceRules":[{{{{{{Rule}}}}}}]},"variables":[{"name":"in","expression":"1"}],"validations":[{"expression":"true","message":"a\nb","reason":"Nope"}]}}"""));
    }

    [Fact]
    public void A_binding_says_what_becomes_of_a_violation()
    {
        var resource = new ValidatingAdmissionPolicyBindingResource();
        Assert.Empty(resource.CreateErrors("""{"metadata":{"name":"a"},"spec":{"policyName":"p","validationActions":["Deny","Audit"]}}"""));
        Assert.Equal(
            ["spec.policyName: Required value", "spec.paramRef: Required value: one of name or selector must be specified", "spec.paramRef.parameterNotFoundAction: Required value", "spec.validationActions: Invalid value: [\"Deny\",\"Warn\"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)"],
            resource.CreateErrors("""{"metadata":{"name":"a"},"spec":{"paramRef":{},"validationActions":["Deny","Warn"]}}"""));
        Assert.Equal(["a", "p", "*/x", "<unknown>"], resource.Cells(resource.Created("""{"metadata":{"name":"a"},"spec":{"policyName":"p","paramRef":{"name":"x","parameterNotFoundAction":"Deny"}}}""")));
    }

    [Fact]
    public void A_mutating_policy_mutates()
    {
        var resource = new MutatingAdmissionPolicyResource();
        Assert.Empty(resource.CreateErrors($$$$$$"""{"metadata":{"name":"a"},"spec":{"matchConstraints":{"resourceRules":[{{{{{{Rule}}}}}}]},"reinvocationPolicy":"Never","mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{op: 'add', path: '/x', value: 1}]"}}]}}"""));
        Assert.Equal(
            ["spec.mutations: Required value: mutations must contain at least one item", "spec.reinvocationPolicy: Required value"],
            resource.CreateErrors($$$$$$"""{"metadata":{"name":"a"},"spec":{"matchConstraints":{"resourceRules":[{{{{{{Rule}}}}}}]}}}"""));
    }

    [Theory]
    [InlineData("object.metadata.name == 'x' && request.userInfo.username != 'me' && authorizer.path('/x').check('get').allowed()")]
    [InlineData("authorizer.requestResource.check('update').allowed()")]
    [InlineData("foo", "webhooks[0].matchConditions[0].expression: Invalid value: \"foo\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^")]
    [InlineData("params == null", "webhooks[0].matchConditions[0].expression: Invalid value: \"params == null\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params == null\n | ^")]
    [InlineData("request.user", "webhooks[0].matchConditions[0].expression: Invalid value: \"request.user\": compilation failed: ERROR: <input>:1:8: undefined field 'user'\n | request.user\n | .......^")]
    [InlineData("object.spec.paused", "webhooks[0].matchConditions[0].expression: Invalid value: \"object.spec.paused\": must evaluate to bool")]
    public void The_conditions_of_a_webhook_are_expressions_that_hold_or_not(string expression, params string[] expected) => Assert.Equal(
        expected,
        new ValidatingWebhookConfigurationResource().CreateErrors($$$$$$"""{"metadata":{"name":"a"},"webhooks":[{{{{{{{Hook}}}}}},"matchConditions":[{"name":"c","expression":"{{{{{{expression}}}}}}"}]}]}"""));

    [Fact]
    public void The_expressions_of_a_policy_compile_and_can_use_those_before_them()
    {
        var resource = new ValidatingAdmissionPolicyResource();
        Assert.Empty(resource.CreateErrors($$$$$$"""{"metadata":{"name":"a"},"spec":{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"matchConstraints":{"resourceRules":[{{{{{{Rule}}}}}}]},"variables":[{"name":"n","expression":"object.spec.replicas"},{"name":"twice","expression":"[variables.n, 1]"}],"validations":[{"expression":"size(variables.twice) == 2 && has(params.data)","messageExpression":"'n is ' + string(variables.n)"}],"auditAnnotations":[{"key":"k","valueExpression":"'x'"},{"key":"l","valueExpression":"null"}]}}"""));
        Assert.Equal(
            [
                "spec.variables[0].expression: Invalid value: \"variables.b\": compilation failed: ERROR: <input>:1:10: undefined field 'b'\n | variables.b\n | .........^",
                "spec.validations[0].expression: Invalid value: \"variables.b + 1\": compilation failed: ERROR: <input>:1:13: found no matching overload for '_+_' applied to '(string, int)'\n | variables.b + 1\n | ............^",
                "spec.validations[0].messageExpression: Invalid value: \"authorizer.path('/')\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container '')\n | authorizer.path('/')\n | ^",
                "spec.auditAnnotations[0].valueExpression: Invalid value: \"1\": must evaluate to one of [string null_type]",
            ],
            resource.CreateErrors($$$$$$"""{"metadata":{"name":"a"},"spec":{"matchConstraints":{"resourceRules":[{{{{{{Rule}}}}}}]},"variables":[{"name":"a","expression":"variables.b"},{"name":"b","expression":"'x'"}],"validations":[{"expression":"variables.b + 1","messageExpression":"authorizer.path('/')"}],"auditAnnotations":[{"key":"k","valueExpression":"1"}]}}"""));
    }
}
