using Navarch.Api.Autoscaling.V2;
using Navarch.ApiServer.Resources.Autoscaling;

namespace Navarch.ApiServer.Tests.Resources.Autoscaling;

public sealed class AutoscalingTests
{
    private static readonly HorizontalPodAutoscalerResource Resource = new();

    [Fact]
    public void An_autoscaler_without_metrics_goes_by_the_processor()
    {
        var value = Resource.Created("""{"metadata":{"name":"h"},"spec":{"maxReplicas":5,"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"}}}""");

        Assert.Equal(["h", "Deployment/web", "cpu: <unknown>/80%", "1", 5L, 0L, "<unknown>"], Resource.Cells(value));
    }

    [Fact]
    public void What_is_wrong_is_said_as_everywhere() => Assert.Equal(
        [
            "spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`",
            "spec.scaleTargetRef.name: Required value",
            "spec.metrics[0].pods: Forbidden: must populate the given metric source only",
            "spec.metrics[0].resource: Required value: must populate information for the given metric source",
            "spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue",
            "spec.scaleTargetRef.apiVersion: Invalid value: \"\": apiVersion must specify API group",
        ],
        Resource.CreateErrors("""{"spec":{"minReplicas":2,"maxReplicas":1,"scaleTargetRef":{"kind":"Deployment"},"metrics":[{"type":"Resource","pods":{"metric":{"name":"x"},"target":{"type":"AverageValue"}}}]}}"""));

    [Fact]
    public void What_is_seen_stands_beside_what_is_wanted()
    {
        var value = ResourceHarness.Parse<HorizontalPodAutoscaler>(
            """{"spec":{"scaleTargetRef":{"kind":"a","name":"b"},"maxReplicas":1,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}},{"type":"External","external":{"metric":{"name":"q"},"target":{"type":"AverageValue","averageValue":"10"}}},{"type":"Pods"}]},"status":{"desiredReplicas":1,"currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":42}}}]}}""");

        Assert.Equal("cpu: 42%/50%, <unknown>/10 (avg) + 1 more...", Resource.Cells(value)[2]);
    }

    [Theory]
    [InlineData("Deployment", "apps/v1", null)]
    [InlineData("ReplicationController", "v1", null)]
    [InlineData("ReplicationController", "", null)]
    [InlineData("Deployment", "v1", "apiVersion must specify API group")]
    [InlineData("Deployment", "/v1", "apiVersion must specify API group")]
    [InlineData("ReplicationController", "a/b/c", "unexpected GroupVersion string: a/b/c")]
    public void What_is_scaled_is_of_a_group(string kind, string version, string? problem)
    {
        static string Scaler(string kind, string version, int most) => $$$"""{"spec":{"maxReplicas":{{{most}}},"scaleTargetRef":{"kind":"{{{kind}}}","name":"web","apiVersion":"{{{version}}}"} } }""";
        string[] errors = problem is null ? [] : [$"spec.scaleTargetRef.apiVersion: Invalid value: \"{version}\": {problem}"];

        Assert.Equal(errors, Resource.CreateErrors(Scaler(kind, version, 5)));
        Assert.Equal(errors, Resource.UpdateErrors(Scaler("Other", "example.com/v1", 5), Scaler(kind, version, 5)));
        Assert.Empty(Resource.UpdateErrors(Scaler(kind, version, 5), Scaler(kind, version, 6)));
    }
}
