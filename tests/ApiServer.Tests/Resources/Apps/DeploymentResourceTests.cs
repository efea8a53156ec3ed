using Navarch.ApiServer.Resources.Apps;

namespace Navarch.ApiServer.Tests.Resources.Apps;

public sealed class DeploymentResourceTests
{
    private const string Minimal = """{"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"nginx:1"}]}}}}""";
    private static readonly DeploymentResource Resource = new();

    [Fact]
    public void A_minimal_deployment_gets_the_defaults_of_every_server()
    {
        Assert.Equal(
            """{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"nginx:1","resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},"revisionHistoryLimit":10,"progressDeadlineSeconds":600},"status":{}}""",
            ResourceHarness.Text(Resource.Created(Minimal)));
        Assert.Empty(Resource.CreateErrors(Minimal));
    }

    [Fact]
    public void A_deployment_without_selector_and_template_is_told_what_it_lacks()
    {
        Assert.Equal(
            ["spec.selector: Required value", "spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`", "spec.template.spec.containers: Required value"],
            Resource.CreateErrors("""{"metadata":{"name":"static-web"},"spec":{"replicas":2}}"""));
    }

    [Theory]
    [InlineData("\"spec\":{\"selector\"", "\"spec\":{\"replicas\":-1,\"selector\"", "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("\"labels\":{\"app\":\"web\"}", "\"labels\":{\"app\":\"x\"}", "spec.template.metadata.labels: Invalid value: {\"app\":\"x\"}: `selector` does not match template `labels`")]
    [InlineData("\"containers\":", "\"restartPolicy\":\"Never\",\"containers\":", "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"")]
    [InlineData("\"spec\":{\"selector\"", "\"spec\":{\"strategy\":{\"rollingUpdate\":{\"maxSurge\":0,\"maxUnavailable\":\"0%\"}},\"selector\"", "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": may not be 0 when `maxSurge` is 0")]
    [InlineData("\"spec\":{\"selector\"", "\"spec\":{\"strategy\":{\"rollingUpdate\":{\"maxUnavailable\":\"101%\"}},\"selector\"", "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%")]
    [InlineData("\"spec\":{\"selector\"", "\"spec\":{\"strategy\":{\"type\":\"Recreate\",\"rollingUpdate\":{}},\"selector\"", "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'")]
    [InlineData("\"spec\":{\"selector\"", "\"spec\":{\"minReadySeconds\":600,\"selector\"", "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds")]
    public void What_is_wrong_with_a_deployment_is_said_as_everywhere(string good, string bad, string error) =>
        Assert.Equal([error], Resource.CreateErrors(Minimal.Replace(good, bad, StringComparison.Ordinal)));

    [Fact]
    public void The_selector_does_not_change()
    {
        var errors = Resource.UpdateErrors(Minimal, Minimal.Replace("\"app\":\"web\"", "\"app\":\"x\"", StringComparison.Ordinal));

        Assert.Equal(["spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"x\"}}: field is immutable"], errors);
    }

    [Fact]
    public void Spec_and_annotations_count_for_the_generation_and_labels_do_not()
    {
        var old = Resource.Created(Minimal);

        Assert.True(Resource.ChangesGeneration(old with { Spec = old.Spec with { Replicas = 3 } }, old));
        Assert.True(Resource.ChangesGeneration(old with { Metadata = old.Metadata with { Annotations = [new("a", "b")] } }, old));
        Assert.False(Resource.ChangesGeneration(old with { Metadata = old.Metadata with { Labels = [new("a", "b")] } }, old));
    }

    [Fact]
    public void Columns_show_progress()
    {
        var value = Resource.Created(Minimal);

        Assert.Equal(["web", "0/1", 0L, 0L, "<unknown>", "web", "nginx:1", "app=web"], Resource.Cells(value));
    }
}
