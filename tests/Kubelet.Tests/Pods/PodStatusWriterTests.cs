using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Tests.Pods;

public sealed class PodStatusWriterTests
{
    [Fact]
    public async Task A_status_published_while_the_one_before_is_refused_is_written()
    {
        var ct = TestContext.Current.CancellationToken;
        var cluster = new Navarch.Testing.FakeCluster(TimeProvider.System).With(new Pod { Metadata = new ObjectMeta { Name = "web", Namespace = "default" } });
        var pod = cluster.Get<Pod>("web");
        var statuses = new PodStatusWriter(cluster, TimeProvider.System, NullLogger.Instance);
        cluster.Interceptor = (verb, _, _) =>
        {
            if (verb == "update/status")
            {
                cluster.Interceptor = null;
                statuses.Publish(pod, new PodStatus { Phase = PodPhase.PodSucceeded });
                throw ApiException.Of(403, StatusReason.Forbidden, "not yours");
            }
        };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = statuses.RunAsync(stop.Token);

        statuses.Publish(pod, new PodStatus { Phase = PodPhase.PodRunning });
        await statuses.FlushAsync(pod.Metadata.UID, ct);

        Assert.Equal(PodPhase.PodSucceeded, cluster.Get<Pod>("web").Status.Phase);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
