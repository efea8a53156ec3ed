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
    [InlineData("\"awsElasticBlockStore\":{\"volumeID\":\"v\",\"partition\":256}", "spec.awsElasticBlockStore.partition: Invalid value: 256: must be between 1 and 255, inclusive")]
    [InlineData("\"gcePersistentDisk\":{\"pdName\":\"\"}", "spec.persistentDisk.pdName: Required value")]
    [InlineData("\"azureDisk\":{\"diskName\":\"d\",\"diskURI\":\"https://x\",\"cachingMode\":\"Some\"}", "spec.azureDisk.cachingMode: Unsupported value: \"Some\": supported values: \"None\", \"ReadOnly\", \"ReadWrite\"")]
    [InlineData("\"azureDisk\":{\"diskName\":\"d\",\"diskURI\":\"https://x\",\"kind\":\"Own\"}", "spec.azureDisk.kind: Unsupported value: \"Own\": supported values: \"Dedicated\", \"Managed\", \"Shared\"")]
    [InlineData("\"azureDisk\":{\"diskName\":\"d\",\"diskURI\":\"https://x\",\"kind\":\"Managed\"}", "spec.azureDisk.diskURI: Unsupported value: \"https://x\": supported values: \"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}\"")]
    [InlineData("\"azureDisk\":{\"diskName\":\"d\",\"diskURI\":\"d\"}", "spec.azureDisk.diskURI: Unsupported value: \"d\": supported values: \"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd\"")]
    [InlineData("\"quobyte\":{\"registry\":\"a:1,[::1]:2,:\",\"volume\":\"v\"}", null)]
    [InlineData("\"quobyte\":{\"registry\":\"a:1,b\",\"volume\":\"v\"}", "spec.quobyte.registry: Invalid value: \"a:1,b\": must be a host:port pair or multiple pairs separated by commas")]
    [InlineData("\"quobyte\":{\"registry\":\"::1:2\",\"volume\":\"v\"}", "spec.quobyte.registry: Invalid value: \"::1:2\": must be a host:port pair or multiple pairs separated by commas")]
    [InlineData("\"flexVolume\":{\"driver\":\"d\",\"options\":{\"a.K8s.io/x\":\"1\",\"ak8s.io/x\":\"1\"}}", "spec.flexVolume.options[a.K8s.io/x]: Invalid value: \"a.K8s.io/x\": kubernetes.io and k8s.io namespaces are reserved")]
    [InlineData("\"iscsi\":{\"targetPortal\":\"p\",\"iqn\":\"iqn.2001-04.com.example:storage\",\"initiatorName\":\"eui.0123456789abcdef\"}", null)]
    [InlineData("\"iscsi\":{\"targetPortal\":\"p\",\"iqn\":\"iqn.2001-04.com.example\"}", "spec.iscsi.iqn: Invalid value: \"iqn.2001-04.com.example\": must be valid format")]
    [InlineData("\"iscsi\":{\"targetPortal\":\"p\",\"iqn\":\"eui.0123\"}", "spec.iscsi.iqn: Invalid value: \"eui.0123\": must be valid format")]
    [InlineData("\"iscsi\":{\"targetPortal\":\"p\",\"iqn\":\"naa.0123456789abcdef0123456789abcdef\",\"initiatorName\":\"me\"}", "spec.iscsi.initiatorname: Invalid value: \"me\": must be valid format")]
    [InlineData("\"glusterfs\":{\"endpoints\":\"e\",\"path\":\"p\",\"endpointsNamespace\":\"\"}", "spec.glusterfs.endpointsNamespace: Invalid value: \"\": if the endpointnamespace is set, it must be a valid namespace name")]
    [InlineData("\"cinder\":{\"volumeID\":\"v\",\"secretRef\":{\"name\":\"s\"}}", "spec.cinder.secretRef.namespace: Required value")]
    [InlineData("\"flocker\":{\"datasetName\":\"a/b\"}", "spec.flocker.datasetName: Invalid value: \"a/b\": must not contain '/'")]
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

    [Theory]
    [InlineData("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone", "a", true)]
    [InlineData("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region", "a", true)]
    [InlineData("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/region", "a", false)]
    [InlineData("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone", "b", false)]
    [InlineData("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone", "a", false)]
    public void A_volume_may_follow_the_new_names_of_labels(string before, string after, string value, bool isAllowed)
    {
        static string Volume(string key, string value) => $$$"""
            {"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"csi":{"driver":"d","volumeHandle":"h"},
             "nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"{{{key}}}","operator":"In","values":["{{{value}}}"]}]}]} } } }
            """;

        var errors = new PersistentVolumeResource().UpdateErrors(Volume(before, "a"), Volume(after, value));

        Assert.Equal(isAllowed, errors.Length == 0);
        Assert.All(errors, static error => Assert.EndsWith(": field is immutable", error));
    }

    [Fact]
    public void A_name_of_an_initiator_that_nearly_fits_costs_no_time()
    {
        var name = string.Concat(Enumerable.Repeat("iqn.2001-04.a", 100_000));

        Assert.Single(new PersistentVolumeResource().CreateErrors($$$"""{"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"iscsi":{"targetPortal":"p","iqn":"{{{name}}}"} } }"""));
    }
}
