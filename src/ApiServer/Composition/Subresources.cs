using System.Net;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Streaming;
using Navarch.ApiServer.Tokens;

namespace Navarch.ApiServer.Composition;

/// <summary>What can be done below an object, beyond reading and writing its status.</summary>
internal sealed class Subresources : IDisposable
{
    private readonly KubeletConnector kubelets;
    private readonly ProxySubresource proxy;

    public Subresources(ApiServerConfig config, Catalog catalog, ObjectWriter objects, Access access, WebhookAdmission webhooks, ServiceAccountTokens? tokens, TimeProvider time)
    {
        bool MayReach(IPAddress address) => ReachableAddresses.Contains(address) || config.ReachesAlso(address);

        // A machine without a network knows itself, and its kubelet, by its loopback address.
        var isAlone = IPAddress.IsLoopback(config.AdvertiseAddress);
        kubelets = new KubeletConnector(
            config.KubeletClientCertificate, config.KubeletAuthorities ?? config.ClientAuthorities,
            new BackendDialer(address => MayReach(address) || (isAlone && IPAddress.IsLoopback(address)), time), time);
        var target = new PodTarget(objects, catalog, config.KubeletPort);
        var tunnel = new UpgradeTunnel(time);
        var scale = new ScaleSubresource(objects, time);
        proxy = new ProxySubresource(
            webhooks, new ProxyBackends(objects, catalog, target, MayReach), kubelets, new ProxyHeaders(config.Authentication.FrontProxy), tunnel, new BackendDialer(MayReach, time));
        Binding = new BindingSubresource(objects, time);
        ByPath = new Dictionary<string, ISubresource>(StringComparer.Ordinal)
        {
            ["pods/binding"] = Binding,
            ["pods/log"] = new LogSubresource(target, kubelets),
            ["pods/exec"] = new UpgradeSubresource("exec", "PodExecOptions", target, kubelets, tunnel, access.Authorizer, webhooks),
            ["pods/attach"] = new UpgradeSubresource("attach", "PodAttachOptions", target, kubelets, tunnel, access.Authorizer, webhooks),
            ["pods/portforward"] = new UpgradeSubresource("portforward", "PodPortForwardOptions", target, kubelets, tunnel, access.Authorizer, webhooks),
            ["pods/proxy"] = proxy,
            ["services/proxy"] = proxy,
            ["nodes/proxy"] = proxy,
            ["pods/ephemeralcontainers"] = new EphemeralContainersSubresource(objects, time),
            ["pods/resize"] = new ResizeSubresource(objects, time),
            ["pods/eviction"] = new EvictionSubresource(objects, catalog, time),
            ["namespaces/finalize"] = new FinalizeSubresource(objects),
            ["certificatesigningrequests/approval"] = new ApprovalSubresource(objects, time),
            ["deployments/scale"] = scale,
            ["replicasets/scale"] = scale,
            ["statefulsets/scale"] = scale,
            ["replicationcontrollers/scale"] = scale,
        };
        if (tokens is not null)
        {
            ByPath["serviceaccounts/token"] = new TokenSubresource(tokens, objects, catalog, access.Nodes, time);
        }
    }

    /// <summary>By resource and name, such as <c>pods/exec</c>.</summary>
    public Dictionary<string, ISubresource> ByPath { get; }

    public BindingSubresource Binding { get; }

    public void Dispose()
    {
        kubelets.Dispose();
        proxy.Dispose();
    }
}
