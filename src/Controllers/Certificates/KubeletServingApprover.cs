using System.Net;
using System.Security.Cryptography;
using Navarch.Api.Certificates.V1;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Machinery.Certificates;

namespace Navarch.Controllers.Certificates;

/// <summary>
/// Approves the certificates that kubelets serve with, where a node asks in its own name for its own name and its own addresses.
/// Upstream leaves that to others, for a node writes its addresses itself: so what another node or a service has, and what
/// means this machine to everybody, is nobody's. What is not approved stays for somebody to look at, with an event.
/// </summary>
public sealed class KubeletServingApprover(
    Informer<CertificateSigningRequest> requests, Informer<Node> nodes, Informer<Service> services, IClient client, EventRecorder events, TimeProvider time) : IReconciler
{
    public string Name => ControllerConfig.KubeletServingApprover;

    public IEnumerable<Trigger> Triggers => [Trigger.On(requests), Trigger.None(nodes), Trigger.None(services)];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!requests.TryGet(key, out var request) || request.IsIssued || request.IsDecided || request.Spec.SignerName != SignerRules.KubeletServing)
        {
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        if (FindProblem(request, nodes.Snapshot.Items, services.Snapshot.Items) is { } problem)
        {
            events.Warning(request, "NotApproved", problem);
            return ApprovalRetry.Of(request, now);
        }

        await client.UpdateSubresourceAsync(
            request.With(RequestConditionType.CertificateApproved, "AutoApproved", "Auto approving kubelet serving certificate of the node's own name and addresses.", now), "approval", ct);
        return ReconcileResult.Done;
    }

    /// <summary>Why the request is not one that is approved without looking.</summary>
    internal static string? FindProblem(CertificateSigningRequest request, IEnumerable<Node> nodes, IEnumerable<Service> services)
    {
        SigningRequest wanted;
        try
        {
            wanted = SigningRequest.Parse(request.Spec.Request.Span);
        }
        catch (CryptographicException e)
        {
            return e.Message;
        }

        if (SignerRules.FindProblem(SignerRules.KubeletServing, wanted, request.Spec.Usages) is { } problem)
        {
            return problem;
        }

        if (wanted.Subject.CommonName != request.Spec.Username || !request.Spec.Groups.Contains(SignerRules.NodesGroup))
        {
            return "the request is not made by the node that it names";
        }

        var name = wanted.Subject.CommonName[SignerRules.NodeUserPrefix.Length..];
        if (wanted.DnsNames.FirstOrDefault(dns => !dns.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } foreign)
        {
            return $"the DNS name \"{Shown(foreign)}\" is not the node's";
        }

        HashSet<IPAddress> own = [], others = [];
        var exists = false;
        foreach (var node in nodes)
        {
            var isIt = node.Metadata.Name == name;
            exists |= isIt;
            Add(node.Status.Addresses.Where(static address => address.Type is NodeAddressType.NodeInternalIP or NodeAddressType.NodeExternalIP).Select(static address => address.Address), isIt ? own : others);
        }

        if (!exists)
        {
            return "the node does not exist";
        }

        foreach (var service in services)
        {
            Add(service.Spec.ClusterIPs, others);
        }

        // With a certificate for 127.0.0.1 a node could pass for the API server of any machine.
        return wanted.Addresses.FirstOrDefault(address => !own.Contains(address) || others.Contains(address) || IPAddress.IsLoopback(address)) is { } strange
            ? $"the address {strange} is not the node's alone"
            : null;
    }

    private static void Add(IEnumerable<string> texts, HashSet<IPAddress> to)
    {
        foreach (var text in texts)
        {
            if (IPAddress.TryParse(text, out var address))
            {
                to.Add(address);
            }
        }
    }

    // It goes into an event, which people print.
    private static string Shown(string name) => new([.. name.Take(100).Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '*' or '_' ? letter : '?')]);
}
