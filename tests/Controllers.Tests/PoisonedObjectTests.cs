using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Api.Networking.V1;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

/// <summary>Objects that make no sense are somebody's mistake or malice; the controllers go on with those of everybody else.</summary>
public sealed class PoisonedObjectTests
{
    [Theory]
    [InlineData(1)]
    public async Task Nobody_suffers_from_the_nonsense_of_others(int seed)
    {
        var poison = new Poison(new Random(seed));
        Kinds.VisitNamespaced(poison);
        Kinds.VisitClusterWide(poison);
        poison.Visit<Namespace>();
        poison.Visit<ServiceCIDR>();
        poison.Visit<IPAddress>();
        await using var cluster = ControllerCluster.Start(new ControllerConfig { RootCertificates = () => "PEM" }, [A.Namespace("default"), A.Namespace("web"), .. poison.Objects]);

        await cluster.Client.CreateAsync(A.Service("web", ns: "web"), default);
        await cluster.Client.CreateAsync(A.Deployment("web", 2, ns: "web"), default);
        await cluster.Client.CreateAsync(
            new ResourceQuota { Metadata = new ObjectMeta { Name = "q", Namespace = "web" }, Spec = new ResourceQuotaSpec { Hard = [new("count/deployments.apps", new Quantity(5))] } }, default);

        await cluster.UntilAsync<Deployment>(all => all.Any(static one => one.Metadata is { Name: "web", Namespace: "web" } && one.Status.AvailableReplicas == 2));
        await cluster.UntilAsync<EndpointSlice>(all => all.Any(static one => one.Metadata.Namespace == "web" && one.Endpoints.Count(static endpoint => endpoint.Conditions.Ready == true) == 2));
        await cluster.UntilAsync<ResourceQuota>(all => all.Any(static one => one.Metadata is { Name: "q", Namespace: "web" } && one.Status.Used.Find("count/deployments.apps") == new Quantity(1)));
        await cluster.Client.DeleteAsync<Namespace>(new("", "web"), DeleteOptions.Empty, default);
        await cluster.UntilAsync<Namespace>(all => !all.Any(static one => one.Metadata.Name == "web"));
        Assert.DoesNotContain(cluster.Warnings, static line => line.Contains("broke and is started again", StringComparison.Ordinal) || line.Contains("cannot say what a change", StringComparison.Ordinal));
    }

    /// <summary>Some objects of each kind with whatever its type allows, in a namespace of their own.</summary>
    private sealed class Poison(Random random) : IKindVisitor
    {
        private const int PerKind = 6;

        public List<IResource> Objects { get; } = [];

        public void Visit<T>() where T : class, IResource<T>
        {
            for (var i = 0; i < PerKind; i++)
            {
                var odd = ApiJson.Parse<T>(new RandomApi(random).Value(T.Schema));
                Objects.Add(odd.WithMetadata(odd.Metadata with
                {
                    Name = $"odd-{i}",
                    Namespace = T.ResourceType.Namespaced ? "default" : "",
                    UID = $"{T.ResourceType.GroupResource}-{i}",
                    ResourceVersion = "",
                    DeletionTimestamp = null,
                }));
            }
        }
    }
}
