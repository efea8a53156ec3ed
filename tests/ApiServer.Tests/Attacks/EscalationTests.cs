using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Attacks;

/// <summary>What somebody who may write roles and bindings, and has little else, tries to get more by.</summary>
public sealed class EscalationTests(EscalationTests.Company company) : IClassFixture<EscalationTests.Company>
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
    private const string Here = $"{Rbac}/namespaces/office";

    [Theory]
    [InlineData("POST", $"{Here}/rolebindings", """{"metadata":{"name":"x"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"User","name":"climber"}]}""")]
    [InlineData("POST", $"{Here}/rolebindings", """{"metadata":{"name":"x"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"strong"},"subjects":[{"kind":"Group","name":"system:authenticated"}]}""")]
    [InlineData("POST", $"{Here}/rolebindings?dryRun=All", """{"metadata":{"name":"x"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"strong"},"subjects":[{"kind":"User","name":"climber"}]}""")]
    [InlineData("POST", $"{Here}/rolebindings", """{"metadata":{"generateName":"x"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"strong"},"subjects":[{"kind":"ServiceAccount","name":"default"}]}""")]
    [InlineData("POST", $"{Rbac}/clusterrolebindings", """{"metadata":{"name":"x"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"User","name":"climber"}]}""")]
    [InlineData("POST", $"{Rbac}/clusterrolebindings", """{"metadata":{"name":"x"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"system:node"},"subjects":[{"kind":"User","name":"climber"}]}""")]
    [InlineData("PATCH", $"{Here}/rolebindings/of-the-boss", """{"subjects":[{"kind":"User","name":"climber"}]}""")]
    [InlineData("PATCH", $"{Here}/rolebindings/of-the-boss", """[{"op":"add","path":"/subjects/-","value":{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"climber"}}]""")]
    [InlineData("PATCH", $"{Here}/rolebindings/of-the-boss?fieldManager=m&force=true", """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"of-the-boss"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"strong"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"climber"}]}""")]
    [InlineData("PUT", $"{Here}/rolebindings/of-the-boss", """{"metadata":{"name":"of-the-boss"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"strong"},"subjects":[{"kind":"User","name":"climber"}]}""")]
    [InlineData("PUT", $"{Here}/rolebindings/fresh", """{"metadata":{"name":"fresh"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"strong"},"subjects":[{"kind":"User","name":"climber"}]}""")]
    [InlineData("PATCH", $"{Here}/rolebindings/fresh?fieldManager=m", """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"fresh"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"strong"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"climber"}]}""")]
    [InlineData("PATCH", $"{Rbac}/clusterrolebindings/cluster-admin", """{"subjects":[{"kind":"User","name":"climber"}]}""")]
    [InlineData("PATCH", $"{Here}/roles/weak", """{"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}""")]
    [InlineData("PUT", $"{Here}/roles/weak", """{"metadata":{"name":"weak"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods","secrets"]}]}""")]
    [InlineData("PUT", $"{Here}/roles/fresh", """{"metadata":{"name":"fresh"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]}""")]
    [InlineData("PATCH", $"{Here}/roles/fresh?fieldManager=m", """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"fresh"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]}""")]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"x"},"rules":[{"verbs":["*"],"apiGroups":[""],"resources":["pods"]}]}""")]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"x"},"rules":[{"verbs":["get"],"apiGroups":["*"],"resources":["pods"]}]}""")]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"x"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["*"]}]}""")]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"x"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods/exec"]}]}""")]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"x"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["*/log"]}]}""")]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"x"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["configmaps"]}]}""")]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"x"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["configmaps"],"resourceNames":["mine","yours"]}]}""")]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"x"},"rules":[{"verbs":["escalate"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"]}]}""")]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"x"},"rules":[{"verbs":["bind"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"]}]}""")]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"x"},"rules":[{"verbs":["impersonate"],"apiGroups":[""],"resources":["serviceaccounts"]}]}""")]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"x"},"rules":[{"verbs":["create"],"apiGroups":[""],"resources":["serviceaccounts/token"]}]}""")]
    [InlineData("POST", $"{Rbac}/clusterroles", """{"metadata":{"name":"x"},"rules":[{"verbs":["get"],"nonResourceURLs":["/metrics"]}]}""")]
    [InlineData("POST", $"{Rbac}/clusterroles", """{"metadata":{"name":"x"},"rules":[{"verbs":["get"],"nonResourceURLs":["*"]}]}""")]
    [InlineData("POST", $"{Rbac}/clusterroles", """{"metadata":{"name":"x"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}""")]
    [InlineData("POST", $"{Rbac}/clusterroles", """{"metadata":{"name":"x","labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]}""")]
    [InlineData("POST", $"{Rbac}/clusterroles", """{"metadata":{"name":"x"},"aggregationRule":{"clusterRoleSelectors":[{"matchExpressions":[{"key":"a","operator":"DoesNotExist"}]}]}}""")]
    [InlineData("PATCH", $"{Rbac}/clusterroles/edit", """{"metadata":{"labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}}}""")]
    [InlineData("PATCH", $"{Rbac}/clusterroles/view", """{"aggregationRule":{"clusterRoleSelectors":[{}]}}""")]
    [InlineData("PATCH", $"{Rbac}/clusterroles/view", """{"aggregationRule":null,"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}""")]
    public async Task Nobody_climbs(string method, string path, string body)
    {
        var answer = await company.Climber.RawAsync(method, path, body);

        Assert.True(answer.Code == 403, $"{answer.Code} {answer.Text}");
        Assert.Equal(403, (await company.Climber.AskAsync("/api/v1/namespaces/office/secrets")).Code);
        Assert.Equal(403, (await company.Climber.AskAsync("/api/v1/nodes")).Code);
        Assert.Equal(403, (await company.Climber.AskAsync("/metrics")).Code);
    }

    [Theory]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"fine"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"],"resourceNames":["one"]}]}""", 201)]
    [InlineData("POST", $"{Here}/roles", """{"metadata":{"name":"fine-too"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["configmaps"],"resourceNames":["mine"]}]}""", 201)]
    [InlineData("POST", $"{Here}/rolebindings", """{"metadata":{"name":"shared"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"weak"},"subjects":[{"kind":"User","name":"friend"}]}""", 201)]
    [InlineData("PATCH", $"{Here}/rolebindings/of-the-boss", """{"metadata":{"finalizers":["example.com/x"]}}""", 200)]
    public async Task What_one_has_one_may_pass_on(string method, string path, string body, int code)
    {
        var answer = await company.Climber.RawAsync(method, path, body);

        Assert.True(answer.Code == code, $"{answer.Code} {answer.Text}");
    }

    [Fact]
    public async Task Who_may_make_pods_may_use_the_accounts_of_their_namespace_and_no_others()
    {
        const string Pod = """{"metadata":{"generateName":"p-"},"spec":{"serviceAccountName":"robot","containers":[{"name":"c","image":"i"}]}}""";

        Assert.Equal(201, (await company.Maker.PostAsync("/api/v1/namespaces/office/pods", Pod)).Code);
        Assert.Equal(403, (await company.Maker.PostAsync("/api/v1/namespaces/kube-system/pods", Pod)).Code);
        Assert.Equal(403, (await company.Maker.PostAsync("/api/v1/namespaces/office/serviceaccounts/robot/token", "{}")).Code);
    }

    [Theory]
    [InlineData("""{"requirements":[{"key":"metadata.name","operator":"In","values":["mine"]}]}""", true)]
    [InlineData("""{"rawSelector":"metadata.name=mine"}""", true)]
    [InlineData("""{"requirements":[{"key":"type","operator":"In","values":["x,metadata.name=mine"]}]}""", false)]
    [InlineData("""{"requirements":[{"key":"type!=x,metadata.name","operator":"In","values":["mine"]}]}""", false)]
    [InlineData("""{"requirements":[{"key":"metadata.name","operator":"NotIn","values":["mine"]}]}""", false)]
    [InlineData("""{"rawSelector":"type=x\\,metadata.name\\=mine"}""", false)]
    public async Task A_question_about_one_value_is_not_taken_for_one_about_another(string selector, bool allowed)
    {
        var answer = await company.Admin.PostAsync("/apis/authorization.k8s.io/v1/subjectaccessreviews", $$$"""
            {"spec":{"user":"reader","resourceAttributes":{"namespace":"office","verb":"list","resource":"secrets","fieldSelector":{{{selector}}} } } }
            """);

        Assert.Equal((201, allowed), (answer.Code, (bool)answer.Json["status"]!["allowed"]!));
    }

    /// <summary>A namespace with a boss, somebody who writes its roles, and somebody who makes pods.</summary>
    public sealed class Company : IAsyncLifetime
    {
        private TestServer server = null!;

        internal HttpClient Admin => server.Admin;

        internal HttpClient Climber { get; private set; } = null!;

        internal HttpClient Maker { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            server = await TestServer.StartAsync();
            await DoAsync("/api/v1/namespaces", """{"metadata":{"name":"office"}}""");
            await DoAsync("/api/v1/namespaces/office/serviceaccounts", """{"metadata":{"name":"robot"}}""");
            await DoAsync($"{Here}/roles", """{"metadata":{"name":"strong"},"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}""");
            await DoAsync($"{Here}/roles", """{"metadata":{"name":"weak"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}""");
            await DoAsync($"{Here}/rolebindings", """{"metadata":{"name":"of-the-boss"},"roleRef":{"kind":"Role","name":"strong"},"subjects":[{"kind":"User","name":"boss"}]}""");
            await DoAsync($"{Here}/roles", """{"metadata":{"name":"own"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]},{"verbs":["get"],"apiGroups":[""],"resources":["configmaps"],"resourceNames":["mine"]}]}""");
            await DoAsync($"{Here}/rolebindings", """{"metadata":{"name":"own"},"roleRef":{"kind":"Role","name":"own"},"subjects":[{"kind":"User","name":"climber"}]}""");
            await DoAsync($"{Rbac}/clusterroles", """{"metadata":{"name":"writer"},"rules":[{"verbs":["get","list","watch","create","update","patch","delete"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings","clusterroles","clusterrolebindings"]}]}""");
            await DoAsync($"{Rbac}/clusterrolebindings", """{"metadata":{"name":"writer"},"roleRef":{"kind":"ClusterRole","name":"writer"},"subjects":[{"kind":"User","name":"climber"}]}""");
            await DoAsync($"{Here}/roles", """{"metadata":{"name":"maker"},"rules":[{"verbs":["create"],"apiGroups":[""],"resources":["pods"]}]}""");
            await DoAsync($"{Here}/rolebindings", """{"metadata":{"name":"maker"},"roleRef":{"kind":"Role","name":"maker"},"subjects":[{"kind":"User","name":"maker"}]}""");
            await DoAsync($"{Here}/roles", """{"metadata":{"name":"reader"},"rules":[{"verbs":["list"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["mine"]}]}""");
            await DoAsync($"{Here}/rolebindings", """{"metadata":{"name":"reader"},"roleRef":{"kind":"Role","name":"reader"},"subjects":[{"kind":"User","name":"reader"}]}""");
            Climber = server.ClientOf(server.Authority.Client("climber"));
            Maker = server.ClientOf(server.Authority.Client("maker"));
        }

        public async ValueTask DisposeAsync() => await server.DisposeAsync();

        private async Task DoAsync(string path, string body) => Assert.Equal(201, (await server.Admin.PostAsync(path, body)).Code);
    }
}
