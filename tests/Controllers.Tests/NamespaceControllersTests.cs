using System.Security.Cryptography;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using Navarch.Machinery.Tokens;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class NamespaceControllersTests
{
    [Fact]
    public async Task A_namespace_gets_its_account_and_the_clusters_certificate_and_keeps_them()
    {
        await using var cluster = ControllerCluster.Start(new ControllerConfig { RootCertificates = () => "PEM" }, A.Namespace("web"));
        await cluster.UntilAsync<ServiceAccount>(all => all is [{ Metadata: { Name: "default", Namespace: "web" } }]);
        await cluster.UntilAsync<ConfigMap>(all => all is [{ Metadata.Name: "kube-root-ca.crt" }] && all[0].Data["ca.crt"] == "PEM");

        await cluster.Client.DeleteAsync<ServiceAccount>(new NamespacedName("web", "default"), default);
        await cluster.Client.PatchAsync<ConfigMap>(new("web", "kube-root-ca.crt"), Patch.Merge("""{"data":{"ca.crt":"forged"}}"""), default);

        await cluster.UntilAsync<ServiceAccount>(all => all.Count == 1);
        await cluster.UntilAsync<ConfigMap>(all => all[0].Data["ca.crt"] == "PEM");
    }

    [Fact]
    public async Task Other_authorities_of_the_cluster_get_into_all_namespaces_and_secrets_of_accounts()
    {
        var certificates = "OLD";
        var key = TokenKey.Of(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        await using var cluster = ControllerCluster.Start(
            new ControllerConfig { RootCertificates = () => Volatile.Read(ref certificates), TokenSigningKey = () => key },
            A.Namespace("web"),
            A.Namespace("shop"),
            new ServiceAccount { Metadata = new ObjectMeta { Name = "robot", Namespace = "web", UID = "1" } },
            new Secret
            {
                Type = SecretType.ServiceAccountToken,
                Metadata = new ObjectMeta { Name = "robot", Namespace = "web", Annotations = [new("kubernetes.io/service-account.name", "robot")] },
            });
        await cluster.UntilAsync<ConfigMap>(static all => all.Count == 2 && all.All(static map => map.Data["ca.crt"] == "OLD"));
        await cluster.UntilAsync<Secret>(static all => all[0].Data.Find("ca.crt").Span.SequenceEqual("OLD"u8));

        Volatile.Write(ref certificates, "OLD AND NEW");

        await cluster.UntilAsync<ConfigMap>(static all => all.All(static map => map.Data["ca.crt"] == "OLD AND NEW"));
        await cluster.UntilAsync<Secret>(static all => all[0].Data.Find("ca.crt").Span.SequenceEqual("OLD AND NEW"u8));
    }

    [Fact]
    public async Task A_deleted_namespace_is_emptied_and_goes()
    {
        await using var cluster = ControllerCluster.Start(A.Namespace("web"), A.Deployment("web", 2, ns: "web"), A.Service("web", ns: "web"), A.ConfigMap("stays"));
        await cluster.UntilAsync<Pod>(pods => pods.Count == 2);

        await cluster.Client.DeleteAsync<Namespace>(new NamespacedName("", "web"), default);

        await cluster.UntilAsync<Namespace>(all => all.Count == 0);
        Assert.Empty(cluster.Fake.All<Pod>());
        Assert.Empty(cluster.Fake.All<Service>());
        Assert.Equal("stays", Assert.Single(cluster.Fake.All<ConfigMap>()).Metadata.Name);
    }

    [Fact]
    public async Task What_holds_a_namespace_up_is_said_in_its_conditions()
    {
        var held = A.ConfigMap("held", ns: "web");
        await using var cluster = ControllerCluster.Start(A.Namespace("web"), held with { Metadata = held.Metadata with { Finalizers = ["example.com/keep"] } });

        await cluster.Client.DeleteAsync<Namespace>(new NamespacedName("", "web"), default);

        var found = (await cluster.UntilAsync<Namespace>(all => all[0].Status.Conditions.Count > 0))[0];
        Assert.Equal("Some resources are remaining: configmaps. has 1 resource instances", Message(found, "NamespaceContentRemaining"));
        Assert.Equal("Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances", Message(found, "NamespaceFinalizersRemaining"));

        await cluster.Client.PatchAsync<ConfigMap>(new("web", "held"), Patch.Merge("""{"metadata":{"finalizers":[]}}"""), default);
        await cluster.UntilAsync<Namespace>(all => all.Count == 0);
    }

    [Fact]
    public async Task Nothing_else_goes_before_the_last_pod()
    {
        var held = A.Pod("held", ns: "web");
        await using var cluster = ControllerCluster.Start(
            A.Namespace("web"), A.ConfigMap("needed", ns: "web"), held with { Metadata = held.Metadata with { Finalizers = ["example.com/keep"] } });

        await cluster.Client.DeleteAsync<Namespace>(new NamespacedName("", "web"), default);

        var found = (await cluster.UntilAsync<Namespace>(all => all[0].Status.Conditions.Count > 0))[0];
        Assert.Equal("Some resources are remaining: pods. has 1 resource instances", Message(found, "NamespaceContentRemaining"));
        Assert.Equal("Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances", Message(found, "NamespaceFinalizersRemaining"));
        Assert.Equal("All content successfully deleted, may be waiting on finalization", Message(found, "NamespaceDeletionContentFailure"));
        Assert.Contains(cluster.Fake.All<ConfigMap>(), map => map.Metadata.Name == "needed");

        await cluster.Client.PatchAsync<Pod>(new("web", "held"), Patch.Merge("""{"metadata":{"finalizers":[]}}"""), default);
        await cluster.UntilAsync<Namespace>(all => all.Count == 0);
        Assert.Empty(cluster.Fake.All<ConfigMap>());
    }

    [Fact]
    public async Task A_kind_in_trouble_holds_up_itself_alone()
    {
        await using var cluster = ControllerCluster.Start(A.Namespace("web"), A.ConfigMap("a", ns: "web"));
        cluster.Fake.Interceptor = (verb, kind, name) =>
        {
            if (kind == Secret.ResourceType && verb == "list" && name.Namespace == "web")
            {
                throw ApiException.Of(500, "InternalError", "cannot decrypt");
            }
        };

        await cluster.Client.DeleteAsync<Namespace>(new NamespacedName("", "web"), default);

        await cluster.UntilAsync<ConfigMap>(all => all.Count == 0);
        var found = (await cluster.UntilAsync<Namespace>(all => all[0].Status.Conditions.Count > 0))[0];
        Assert.Contains("secrets: cannot decrypt", Message(found, "NamespaceDeletionContentFailure"), StringComparison.Ordinal);
    }

    private static string Message(Namespace found, string type) => found.Status.Conditions.Single(condition => condition.Type == type).Message;
}
