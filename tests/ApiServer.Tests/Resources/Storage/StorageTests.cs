using Navarch.ApiServer.Resources.Core;
using Navarch.ApiServer.Resources.Storage;

namespace Navarch.ApiServer.Tests.Resources.Storage;

public sealed class StorageTests
{
    private const string Claim = """{"metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""";

    [Fact]
    public void A_claim_asks_for_storage_of_a_mode()
    {
        Assert.Empty(new PersistentVolumeClaimResource().CreateErrors(Claim));
        Assert.Equal(
            ["spec.accessModes: Required value: at least 1 access mode is required", "spec.resources[storage]: Required value"],
            new PersistentVolumeClaimResource().CreateErrors("""{"spec":{}}"""));
    }

    [Fact]
    public void An_unbound_claim_does_not_change_its_size() => Assert.Equal(
        ["spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"],
        new PersistentVolumeClaimResource().UpdateErrors(Claim, Claim.Replace("1Gi", "2Gi", StringComparison.Ordinal)));

    [Theory]
    [InlineData("\"hostPath\":{\"path\":\"/x\"}", null)]
    [InlineData("\"hostPath\":{\"path\":\"/x/../y\"}", "spec.hostPath.path: Invalid value: \"/x/../y\": must not contain '..'")]
    [InlineData("\"local\":{\"path\":\"/x\"}", "spec.nodeAffinity: Required value: Local volume requires node affinity")]
    [InlineData("\"rbd\":{\"monitors\":[\"m\"]}", "spec.rbd.image: Required value")]
    [InlineData("\"awsElasticBlockStore\":{\"volumeID\":\"v\",\"partition\":256}", "spec.awsElasticBlockStore.partition: Invalid value: 256: must be between 0 and 255, inclusive")]
    [InlineData("\"hostPath\":{\"path\":\"/x\"},\"nfs\":{\"server\":\"s\",\"path\":\"/\"}", "spec.nfs: Forbidden: may not specify more than 1 volume type")]
    public void A_volume_lies_in_one_place(string source, string? error) => Assert.Equal(
        error is null ? [] : [error],
        new PersistentVolumeResource().CreateErrors($$$"""{"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],{{{source}}}}}"""));

    [Fact]
    public void The_default_class_is_marked()
    {
        var resource = new StorageClassResource();
        var value = resource.Created("""{"metadata":{"name":"fast","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},"provisioner":"example.com/x"}""");

        Assert.Equal(["fast (default)", "example.com/x", "Delete", "Immediate", false, "<unknown>"], resource.Cells(value));
        Assert.Equal(["parameters: Forbidden: updates to parameters are forbidden."], resource.UpdateErrors("""{"provisioner":"a"}""", """{"provisioner":"a","parameters":{"x":"y"}}"""));
    }
}
