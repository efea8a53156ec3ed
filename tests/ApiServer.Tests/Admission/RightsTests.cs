using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission;

public sealed class RightsTests
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
    private const string Requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Theory]
    [InlineData("example.com/serving", 200)]
    [InlineData("example.com/*", 200)]
    [InlineData("example.org/*", 403)]
    public async Task Who_approves_must_be_allowed_to_for_the_signer(string signers, int code)
    {
        await using var server = await TestServer.StartAsync();
        await GrantAsync(server, $$"""
            {"apiGroups":["certificates.k8s.io"],"resources":["certificatesigningrequests","certificatesigningrequests/approval","certificatesigningrequests/status"],"verbs":["get","update","patch"]},
            {"apiGroups":["certificates.k8s.io"],"resources":["signers"],"resourceNames":["{{signers}}"],"verbs":["approve"]}
            """);
        var pem = new CertificateRequest("CN=x", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256).CreateSigningRequestPem();
        Assert.Equal(201, (await server.Admin.PostAsync(Requests, """{"metadata":{"name":"a"},"spec":{"request":"PEM","signerName":"example.com/serving","usages":["client auth"]}}"""
            .Replace("PEM", Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)), StringComparison.Ordinal))).Code);
        var eve = server.ClientOf(server.Authority.Client("eve"));

        var approved = await eve.PatchAsync($"{Requests}/a/approval", "merge-patch+json", """{"status":{"conditions":[{"type":"Approved","status":"True","reason":"r","message":"m"}]}}""");
        Assert.Equal((code, code == 200 ? "" : "certificatesigningrequests.certificates.k8s.io \"a\" is forbidden: user not permitted to approve requests with signerName \"example.com/serving\""), (approved.Code, approved.Message));

        var signed = await eve.PatchAsync($"{Requests}/a/status", "merge-patch+json", """{"status":{"conditions":[{"type":"Failed","status":"True","reason":"r","message":"m"}]}}""");
        Assert.Equal("certificatesigningrequests.certificates.k8s.io \"a\" is forbidden: user not permitted to sign requests with signerName \"example.com/serving\"", signed.Message);

        var told = await eve.PatchAsync($"{Requests}/a/status", "merge-patch+json", """{"status":{"conditions":[{"type":"example.com/Told","status":"True","reason":"r","message":"m"}]}}""");
        Assert.Equal((403, signed.Message), (told.Code, told.Message));
        Assert.Equal(200, (await eve.PatchAsync($"{Requests}/a/status", "merge-patch+json", """{"metadata":{"labels":{"a":"b"}}}""")).Code);

        using var made = server.Authority.Client("eve", "system:masters");
        var forged = await eve.PatchAsync($"{Requests}/a/status", "merge-patch+json", """{"status":{"certificate":"PEM"}}"""
            .Replace("PEM", Convert.ToBase64String(Encoding.ASCII.GetBytes(made.ExportCertificatePem())), StringComparison.Ordinal));
        Assert.Equal((403, signed.Message), (forged.Code, forged.Message));
    }

    [Fact]
    public async Task Who_gives_an_object_owners_must_be_allowed_to_delete_it()
    {
        await using var server = await TestServer.StartAsync(static config => config with { Admission = TestServer.WithoutControllers with { Enabled = ["OwnerReferencesPermissionEnforcement"] } });
        await GrantAsync(server, """{"apiGroups":[""],"resources":["configmaps"],"verbs":["create","patch","get"]}""");
        var eve = server.ClientOf(server.Authority.Client("eve"));
        const string Owned = """{"metadata":{"name":"a","ownerReferences":[{"apiVersion":"v1","kind":"Secret","name":"s","uid":"u","blockOwnerDeletion":true}]}}""";

        Assert.StartsWith("configmaps \"a\" is forbidden: cannot set an ownerRef on a resource you can't delete:", (await eve.PostAsync(Maps, Owned)).Message, StringComparison.Ordinal);
        Assert.Equal(201, (await eve.PostAsync(Maps, """{"metadata":{"name":"b"}}""")).Code);

        await GrantAsync(server, """{"apiGroups":[""],"resources":["configmaps"],"verbs":["delete"]}""", "second");
        Assert.StartsWith(
            "configmaps \"a\" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on:", (await eve.PostAsync(Maps, Owned)).Message, StringComparison.Ordinal);
        Assert.Equal(201, (await server.Admin.PostAsync(Maps, Owned)).Code);
    }

    [Fact]
    public async Task Controllers_may_keep_the_books_and_let_claims_and_volumes_go()
    {
        await using var server = await TestServer.StartAsync();
        var controllers = server.ClientOf(server.Authority.Client("system:kube-controller-manager"));
        foreach (var (collection, name, part, body) in new[]
        {
            ("/api/v1/namespaces/default/resourcequotas", "q", "/status", """{"metadata":{"name":"q"},"spec":{"hard":{"pods":"1"}},"status":{"used":{"pods":"0"}}}"""),
            ("/api/v1/namespaces/default/persistentvolumeclaims", "c", "", """{"metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}"""),
            ("/api/v1/persistentvolumes", "v", "", """{"metadata":{"name":"v"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x"}}}"""),
        })
        {
            var made = await server.Admin.PostAsync(collection, body);
            Assert.Equal(201, made.Code);
            Assert.Equal(200, (await controllers.AskAsync(collection + "?limit=1")).Code);
            Assert.Equal(200, (await controllers.PutAsync($"{collection}/{name}{part}", made.Text)).Code);
        }
    }

    private static async Task GrantAsync(TestServer server, string rules, string name = "first")
    {
        Assert.Equal(201, (await server.Admin.PostAsync($"{Rbac}/clusterroles", """{"metadata":{"name":"NAME"},"rules":[RULES]}"""
            .Replace("NAME", name, StringComparison.Ordinal).Replace("RULES", rules, StringComparison.Ordinal))).Code);
        Assert.Equal(201, (await server.Admin.PostAsync($"{Rbac}/clusterrolebindings", """{"metadata":{"name":"NAME"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"NAME"},"subjects":[{"kind":"User","name":"eve"}]}"""
            .Replace("NAME", name, StringComparison.Ordinal))).Code);
    }
}
