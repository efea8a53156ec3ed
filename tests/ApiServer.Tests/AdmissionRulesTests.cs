using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class AdmissionRulesTests
{
    [Fact]
    public async Task The_classes_of_the_system_stay()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.Admin.RemoveAsync("/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical");

        Assert.Equal((403, "priorityclasses.scheduling.k8s.io \"system-node-critical\" is forbidden: this is a system priority class and cannot be deleted"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task Devices_of_others_are_for_namespaces_set_aside()
    {
        await using var server = await TestServer.StartAsync();
        const string Claims = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims";
        const string Claim = """{"metadata":{"name":"a"},"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"c","adminAccess":true}}]}}}""";

        var refused = await server.Admin.PostAsync(Claims, Claim);
        Assert.Equal(422, refused.Code);
        Assert.EndsWith("spec.devices.requests[0].exactly.adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace", refused.Message, StringComparison.Ordinal);

        await server.Admin.PatchAsync("/api/v1/namespaces/default", "merge-patch+json", """{"metadata":{"labels":{"resource.kubernetes.io/admin-access":"true"}}}""");
        Assert.Equal(201, (await server.Admin.PostAsync(Claims, Claim)).Code);
    }

    [Fact]
    public async Task Nobody_becomes_a_master_by_asking_for_it()
    {
        await using var server = await TestServer.StartAsync();
        var request = new CertificateRequest("CN=eve, O=system:masters", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);
        var body = """{"metadata":{"name":"a"},"spec":{"request":"PEM","signerName":"kubernetes.io/kube-apiserver-client","usages":["client auth"]}}"""
            .Replace("PEM", Convert.ToBase64String(Encoding.ASCII.GetBytes(request.CreateSigningRequestPem())), StringComparison.Ordinal);

        var answer = await server.Admin.PostAsync("/apis/certificates.k8s.io/v1/certificatesigningrequests", body);

        Assert.Equal((403, "certificatesigningrequests.certificates.k8s.io \"a\" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed"), (answer.Code, answer.Message));
    }

    [Theory]
    [InlineData("""{"conditions":[{"type":"Complete","status":"True"}],"completionTime":"2026-01-01T00:00:00Z","startTime":"2026-01-01T00:00:00Z"}""", "status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition")]
    [InlineData("""{"conditions":[{"type":"FailureTarget","status":"True"},{"type":"Failed","status":"True"}],"terminating":1}""", "[status.terminating: Invalid value: 1: terminating>0 is invalid for finished job, status.startTime: Required value: startTime is required for finished job]")]
    [InlineData("""{"completedIndexes":"1-2","uncountedTerminatedPods":{"succeeded":["a"],"failed":["a"]}}""", "[status.uncountedTerminatedPods.failed[0]: Duplicate value: \"a\", status.completedIndexes: Invalid value: \"1-2\": cannot set non-empty completedIndexes when non-indexed completion mode, status.completedIndexes: Invalid value: \"1-2\": error parsing completedIndexes: too large index: \"2\"]")]
    public async Task The_status_of_a_job_fits_together(string status, string expected)
    {
        await using var server = await TestServer.StartAsync();
        const string Jobs = "/apis/batch/v1/namespaces/default/jobs";
        await server.Admin.PostAsync(Jobs, """{"metadata":{"name":"a"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}""");

        var answer = await server.Admin.PatchAsync($"{Jobs}/a/status", "merge-patch+json", """{"status":STATUS}""".Replace("STATUS", status, StringComparison.Ordinal));

        Assert.Equal($"Job.batch \"a\" is invalid: {expected}", answer.Message);
    }
}
