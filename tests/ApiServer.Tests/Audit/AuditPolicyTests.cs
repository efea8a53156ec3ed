using System.Text;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Tests.Audit;

public sealed class AuditPolicyTests
{
    private const string Head = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";

    [Theory]
    [InlineData("GET", "/api/v1/namespaces/default/secrets/a", "jane", "Metadata")]
    [InlineData("GET", "/api/v1/namespaces/default/pods/a/log", "jane", "Request")]
    [InlineData("GET", "/api/v1/namespaces/default/pods/a", "jane", "RequestResponse")]
    [InlineData("GET", "/api/v1/namespaces/default/pods/a/status", "jane", "None")]
    [InlineData("GET", "/api/v1/namespaces/default/pods", "system:kube-proxy", "None")]
    [InlineData("GET", "/version/deep", "jane", "None")]
    [InlineData("GET", "/metrics", "jane", "Metadata")]
    [InlineData("GET", "/api/v1/nodes", "jane", "Request")]
    [InlineData("GET", "/api/v1/namespaces/kube-system/configmaps/x", "jane", "Metadata")]
    [InlineData("GET", "/api/v1/namespaces/kube-system/configmaps/y", "jane", "None")]
    public void The_first_rule_that_speaks_of_a_request_decides(string method, string path, string user, string level)
    {
        var policy = AuditPolicy.Parse(Encoding.UTF8.GetBytes(Head + """
            rules:
            - level: None
              users: ["system:kube-proxy"]
            - level: None
              nonResourceURLs: ["/version*"]
            - level: Metadata
              nonResourceURLs: ["/metrics"]
            - level: Metadata
              resources: [{group: "", resources: ["secrets"]}]
            - level: Request
              resources: [{group: "", resources: ["pods/log"]}]
            - level: RequestResponse
              verbs: [get]
              userGroups: ["dev"]
              resources: [{group: "", resources: ["pods"]}]
            - level: Request
              namespaces: [""]
            - level: Metadata
              namespaces: [kube-system]
              resources: [{group: "", resources: ["configmaps"], resourceNames: ["x"]}]
            """));

        var rule = policy.Find(new UserInfo(user, ["dev"]), RequestInfo.Parse(method, path, isWatch: false));

        Assert.Equal(level, (rule?.Level ?? AuditLevel.None).ToString());
    }

    [Theory]
    [InlineData("rules: []", "rules: at least one is required")]
    [InlineData("rules: [{level: Everything}]", "rules[0].level: \"Everything\" is none of None, Metadata, Request, RequestResponse")]
    [InlineData("rules: [{level: None, user: [a]}]", "rules[0].user: unknown field")]
    [InlineData("rules: [{level: None, omitStages: [Never]}]", "rules[0].omitStages: \"Never\" is no stage")]
    [InlineData("rules: [{level: None, nonResourceURLs: [/x], namespaces: [a]}]", "rules[0].nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs")]
    [InlineData("rules: [{level: None, resources: [{group: \"\", resourceNames: [a]}]}]", "rules[0].resources[0].resourceNames: using resourceNames requires at least one resource")]
    public void A_broken_policy_is_refused_with_the_place(string text, string problem) =>
        Assert.Equal(problem, Assert.Throws<InvalidDataException>(() => AuditPolicy.Parse(Encoding.UTF8.GetBytes(Head + text))).Message);
}
