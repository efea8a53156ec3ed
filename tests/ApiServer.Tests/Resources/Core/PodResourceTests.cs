using Navarch.Api.Core.V1;
using Navarch.ApiServer.Resources.Core;

namespace Navarch.ApiServer.Tests.Resources.Core;

public sealed class PodResourceTests
{
    private const string Minimal = """{"metadata":{"name":"web","namespace":"default"},"spec":{"containers":[{"name":"web","image":"nginx"}]}}""";
    private static readonly PodResource Resource = new();

    [Fact]
    public void A_minimal_pod_gets_the_defaults_of_every_server()
    {
        Assert.Equal(
            """{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"default"},"spec":{"containers":[{"name":"web","image":"nginx","resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"Always"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler","enableServiceLinks":true},"status":{"phase":"Pending","qosClass":"BestEffort"}}""",
            ResourceHarness.Text(Resource.Created(Minimal)));
    }

    [Theory]
    [InlineData("nginx", "Always")]
    [InlineData("nginx:latest", "Always")]
    [InlineData("nginx:1.25", "IfNotPresent")]
    [InlineData("host:5000/nginx", "Always")]
    [InlineData("host:5000/nginx:1", "IfNotPresent")]
    [InlineData("nginx@sha256:00", "IfNotPresent")]
    public void An_image_without_a_fixed_tag_is_always_pulled(string image, string policy) =>
        Assert.Equal(policy, Resource.Created(Minimal.Replace("nginx", image, StringComparison.Ordinal)).Spec.Containers[0].ImagePullPolicy);

    [Fact]
    public void The_claim_of_an_ephemeral_volume_is_its_own() => Assert.Equal(
        ["spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: \"a-v\": must not reference a PVC that gets created for an ephemeral volume"],
        Resource.CreateErrors("""{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1"}}}}}},{"name":"w","persistentVolumeClaim":{"claimName":"a-v"}}]}}"""));

    [Fact]
    public void An_image_volume_of_a_template_may_lack_its_image()
    {
        const string Spec = """{"containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","image":{}}]}""";

        Assert.Equal(["spec.volumes[0].image.reference: Required value"], Resource.CreateErrors("""{"metadata":{"name":"a"},"spec":SPEC}""".Replace("SPEC", Spec, StringComparison.Ordinal)));
        Assert.Empty(new PodTemplateResource().CreateErrors("""{"metadata":{"name":"a"},"template":{"spec":SPEC}}""".Replace("SPEC", Spec, StringComparison.Ordinal)));
    }

    [Fact]
    public void Requests_follow_limits_in_pods()
    {
        var pod = Resource.Created("""{"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","image":"i","resources":{"limits":{"cpu":"1","memory":"1Gi"}}}]}}""");

        Assert.Equal("1Gi", pod.Spec.Containers[0].Resources.Requests["memory"].ToString());
        Assert.Equal("Guaranteed", pod.Status.QOSClass);
    }

    [Fact]
    public void Probes_ports_and_volumes_get_theirs()
    {
        var pod = Resource.Created(
            """{"metadata":{"name":"a"},"spec":{"serviceAccount":"x","hostNetwork":true,"volumes":[{"name":"e"},{"name":"c","configMap":{"name":"c"}}],"containers":[{"name":"a","image":"i:1","ports":[{"containerPort":80}],"readinessProbe":{"httpGet":{"port":80}},"env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]}]}}""");

        var container = pod.Spec.Containers[0];
        Assert.Equal(("TCP", 80), (container.Ports[0].Protocol, container.Ports[0].HostPort));
        Assert.Equal((1, 10, 1, 3, "/", "HTTP"), (container.ReadinessProbe!.TimeoutSeconds, container.ReadinessProbe.PeriodSeconds, container.ReadinessProbe.SuccessThreshold, container.ReadinessProbe.FailureThreshold, container.ReadinessProbe.HTTPGet!.Path, container.ReadinessProbe.HTTPGet.Scheme));
        Assert.NotNull(pod.Spec.Volumes[0].EmptyDir);
        Assert.Equal(420, pod.Spec.Volumes[1].ConfigMap!.DefaultMode);
        Assert.Equal("x", pod.Spec.ServiceAccountName);
        Assert.Equal("v1", container.Env[0].ValueFrom!.FieldRef!.APIVersion);
    }

    [Theory]
    [InlineData("""{"spec":{}}""", "spec.containers: Required value")]
    [InlineData("""{"spec":{"containers":[{"image":"i"}]}}""", "spec.containers[0].name: Required value")]
    [InlineData("""{"spec":{"containers":[{"name":"a"}]}}""", "spec.containers[0].image: Required value")]
    [InlineData("""{"spec":{"containers":[{"name":"a","image":"i"},{"name":"a","image":"i"}]}}""", "spec.containers[1].name: Duplicate value: \"a\"")]
    [InlineData("""{"spec":{"containers":[{"name":"a","image":"i","ports":[{"containerPort":70000}]}]}}""", "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive")]
    [InlineData("""{"spec":{"containers":[{"name":"a","image":"i","volumeMounts":[{"name":"x","mountPath":"/x"}]}]}}""", "spec.containers[0].volumeMounts[0].name: Not found: \"x\"")]
    [InlineData("""{"spec":{"restartPolicy":"Sometimes","containers":[{"name":"a","image":"i"}]}}""", "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"Never\", \"OnFailure\"")]
    [InlineData("""{"spec":{"containers":[{"name":"a","image":"i","resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}]}}""", "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1")]
    [InlineData("""{"spec":{"containers":[{"name":"a","image":"i","livenessProbe":{"periodSeconds":1}}]}}""", "spec.containers[0].livenessProbe: Required value: must specify a handler type")]
    [InlineData("""{"spec":{"containers":[{"name":"a","image":"i","env":[{"name":"A","valueFrom":{}}]}]}}""", "spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`")]
    [InlineData("""{"spec":{"volumes":[{"name":"v","emptyDir":{},"hostPath":{"path":"/x"}}],"containers":[{"name":"a","image":"i"}]}}""", "spec.volumes[0].emptyDir: Forbidden: may not specify more than 1 volume type")]
    [InlineData("""{"spec":{"volumes":[{"name":"v","hostPath":{"path":"/x/../y"}}],"containers":[{"name":"a","image":"i"}]}}""", "spec.volumes[0].hostPath.path: Invalid value: \"/x/../y\": must not contain '..'")]
    [InlineData("""{"spec":{"tolerations":[{"operator":"Equal","value":"x"}],"containers":[{"name":"a","image":"i"}]}}""", "spec.tolerations[0].operator: Invalid value: \"Equal\": operator must be Exists when `key` is empty, which means \"match all values and all keys\"")]
    public void What_is_wrong_with_a_pod_is_said_as_everywhere(string json, string error) => Assert.Equal([error], Resource.CreateErrors(json));

    [Fact]
    public void Only_images_and_little_else_may_change()
    {
        Assert.Empty(Resource.UpdateErrors(Minimal, Minimal.Replace("nginx", "nginx:2", StringComparison.Ordinal)
            .Replace("\"image\"", "\"imagePullPolicy\":\"Always\",\"image\"", StringComparison.Ordinal)));
        var error = Assert.Single(Resource.UpdateErrors(Minimal, Minimal.Replace("\"spec\":{", "\"spec\":{\"hostname\":\"x\",", StringComparison.Ordinal)));
        Assert.StartsWith("spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"phase":"Running","containerStatuses":[{"name":"a","ready":true,"state":{"running":{}},"lastState":{},"restartCount":0,"image":"","imageID":""}]}""", "1/1", "Running", "0")]
    [InlineData("""{"phase":"Pending","containerStatuses":[{"name":"a","ready":false,"state":{"waiting":{"reason":"ImagePullBackOff"}},"lastState":{},"restartCount":0,"image":"","imageID":""}]}""", "0/1", "ImagePullBackOff", "0")]
    [InlineData("""{"phase":"Running","containerStatuses":[{"name":"a","ready":false,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":1,"finishedAt":"2026-11-21T11:55:00Z","startedAt":null}},"restartCount":4,"image":"","imageID":""}]}""", "0/1", "CrashLoopBackOff", "4 (5m ago)")]
    [InlineData("""{"phase":"Failed","containerStatuses":[{"name":"a","ready":false,"state":{"terminated":{"exitCode":3,"startedAt":null,"finishedAt":null}},"lastState":{},"restartCount":0,"image":"","imageID":""}]}""", "0/1", "ExitCode:3", "0")]
    [InlineData("""{"phase":"Pending","initContainerStatuses":[{"name":"i","ready":false,"state":{"running":{}},"lastState":{},"restartCount":0,"image":"","imageID":""}]}""", "0/1", "Init:0/1", "0")]
    [InlineData("""{"phase":"Pending","initContainerStatuses":[{"name":"i","ready":false,"state":{"waiting":{"reason":"ErrImagePull"}},"lastState":{},"restartCount":0,"image":"","imageID":""}]}""", "0/1", "Init:ErrImagePull", "0")]
    [InlineData("""{"phase":"Failed","reason":"Evicted"}""", "0/1", "Evicted", "0")]
    public void The_status_column_says_what_keeps_a_pod(string status, string ready, string word, string restarts)
    {
        var pod = ResourceHarness.Parse<Pod>($$$"""{"metadata":{"name":"p"},"spec":{"initContainers":[{"name":"i"}],"containers":[{"name":"a"}]},"status":{{{status}}}}""");

        Assert.Equal(["p", ready, word, restarts, "<unknown>", "<none>", "<none>", "<none>", "<none>"], Resource.Cells(pod));
    }

    [Fact]
    public void A_pod_on_its_way_out_is_terminating()
    {
        var pod = ResourceHarness.Parse<Pod>("""{"metadata":{"name":"p","deletionTimestamp":"2026-11-21T11:55:00Z"},"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Running"}}""");

        Assert.Equal("Terminating", Resource.Cells(pod)[2]);
    }

    [Fact]
    public void A_gated_pod_says_so()
    {
        var pod = Resource.Created("""{"metadata":{"name":"p"},"spec":{"schedulingGates":[{"name":"example.com/wait"}],"containers":[{"name":"a","image":"i"}]}}""");

        Assert.Equal("SchedulingGated", Resource.Cells(pod)[2]);
    }

    [Fact]
    public void A_variable_given_twice_is_warned_of()
    {
        var pod = Resource.Created("""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"i","env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]}}""");

        Assert.Equal(["spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply"], Resource.Warnings(pod));
    }

    [Fact]
    public void Ephemeral_containers_are_added_but_never_changed()
    {
        var old = Resource.Created(Minimal);
        var wanted = old with { Spec = old.Spec with { EphemeralContainers = [new EphemeralContainer { Name = "debug", Image = "busybox" }] } };
        var added = PodResource.PrepareForEphemeralUpdate(wanted, old);
        var errors = new Machinery.Errors.FieldErrors();
        Resource.ValidateEphemeralUpdate(added, old, errors);

        Assert.Empty(errors.All);
        Assert.Equal("Always", added.Spec.EphemeralContainers[0].ImagePullPolicy);

        Resource.ValidateEphemeralUpdate(old, added, errors);
        Assert.Contains("may not be removed", Assert.Single(errors.All).Message, StringComparison.Ordinal);
    }
}
