using System.Net;
using Navarch.Api.Certificates.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Controllers.Certificates;
using Navarch.Testing;

namespace Navarch.Controllers.Tests.Certificates;

public sealed class ApprovalTests
{
    private const string Subject = "O=system:nodes, CN=system:node:n1";

    private static readonly Node[] Nodes = [ANode("n1", "10.0.0.1"), ANode("n2", "10.0.0.2"), ANode("greedy", "10.0.0.9", "10.0.0.2", "127.0.0.1", "10.96.0.1")];
    private static readonly Service[] Services = [A.Service("kubernetes", clusterIP: "10.96.0.1")];

    [Theory]
    [InlineData("system:node:n1", "selfnodeclient,nodeclient")]
    [InlineData("system:node:n2", "nodeclient")]
    [InlineData("system:bootstrap:abcdef", "nodeclient")]
    public void A_kubelets_request_needs_the_right_for_itself_or_for_any(string user, string rights) =>
        Assert.Equal(rights.Split(','), KubeletClientApprover.Questions(Csr.Of(Csr.KubeletClient, Csr.Pem(Subject), Csr.ClientUsages, user)).Select(static question => question.Right));

    [Fact]
    public void Others_and_decided_requests_are_nobodys_question()
    {
        Assert.Empty(KubeletClientApprover.Questions(Csr.Of(Csr.ApiClient, Csr.Pem(Subject), Csr.ClientUsages)));
        Assert.Empty(KubeletClientApprover.Questions(Csr.Of(Csr.KubeletClient, Csr.Pem(Subject), Csr.ServerUsages)));
        Assert.Empty(KubeletClientApprover.Questions(Csr.Of(Csr.KubeletClient, Csr.Pem("O=system:masters, CN=system:node:n1"), Csr.ClientUsages)));
        Assert.Empty(KubeletClientApprover.Questions(Csr.Of(Csr.KubeletClient, Csr.Pem(Subject), Csr.ClientUsages, conditions: "Denied")));
        Assert.Empty(KubeletClientApprover.Questions(Csr.Of(Csr.KubeletClient, "garbage", Csr.ClientUsages)));
    }

    [Theory]
    [InlineData("n1", "10.0.0.1", "n1", null)]
    [InlineData("", "10.0.0.1", "n1", null)]
    [InlineData("N1", "", "n1", null)]
    [InlineData("kubernetes.default.svc", "10.0.0.1", "n1", "the DNS name \"kubernetes.default.svc\" is not the node's")]
    [InlineData("*", "", "n1", "the DNS name \"*\" is not the node's")]
    [InlineData("n1", "10.0.0.2", "n1", "the address 10.0.0.2 is not the node's alone")]
    [InlineData("n1", "127.0.0.1", "n1", "the address 127.0.0.1 is not the node's alone")]
    [InlineData("n1", "10.0.0.1", "n2", "the request is not made by the node that it names")]
    [InlineData("greedy", "10.0.0.9", "greedy", null)]
    [InlineData("greedy", "10.0.0.2", "greedy", "the address 10.0.0.2 is not the node's alone")]
    [InlineData("greedy", "127.0.0.1", "greedy", "the address 127.0.0.1 is not the node's alone")]
    [InlineData("greedy", "10.96.0.1", "greedy", "the address 10.96.0.1 is not the node's alone")]
    [InlineData("new", "10.0.0.77", "new", "the node does not exist")]
    public void A_serving_certificate_is_for_the_nodes_own_name_and_addresses(string dns, string address, string asker, string? problem)
    {
        var node = asker == "n2" ? "n1" : asker;
        var pem = Csr.Pem($"O=system:nodes, CN=system:node:{node}", names =>
        {
            if (dns.Length > 0)
            {
                names.AddDnsName(dns);
            }

            if (address.Length > 0)
            {
                names.AddIpAddress(IPAddress.Parse(address));
            }
        });
        Assert.Equal(problem, KubeletServingApprover.FindProblem(Csr.Of(Csr.KubeletServing, pem, Csr.ServerUsages, $"system:node:{asker}"), Nodes, Services));
    }

    [Fact]
    public void Who_calls_itself_a_node_without_being_in_their_group_is_none()
    {
        var request = Csr.Of(Csr.KubeletServing, Csr.Pem(Subject, Csr.ServingNames), Csr.ServerUsages);
        Assert.Null(KubeletServingApprover.FindProblem(request, Nodes, Services));
        Assert.Equal(
            "the request is not made by the node that it names",
            KubeletServingApprover.FindProblem(request with { Spec = request.Spec with { Groups = ["system:authenticated"] } }, Nodes, Services));
    }

    [Theory]
    [InlineData("", 24 * 60)]
    [InlineData("Approved", 60)]
    [InlineData("Denied", 60)]
    [InlineData("Approved,Failed", 60)]
    [InlineData("example.com/Other", null)]
    public void Requests_are_removed_when_nobody_waits_for_them(string conditions, int? minutes)
    {
        var now = new FakeTime().GetUtcNow();
        var request = Csr.Of(Csr.ApiClient, "", [], conditions: conditions.Split(',', StringSplitOptions.RemoveEmptyEntries));
        request = request with
        {
            Metadata = request.Metadata with { CreationTimestamp = now },
            Status = request.Status with { Conditions = [.. request.Status.Conditions.Select(condition => condition with { LastUpdateTime = now })] },
        };
        Assert.Equal(minutes is { } m ? now.AddMinutes(m) : null, CertificateRequestCleaner.End(request));
    }

    [Fact]
    public async Task Old_requests_go_by_themselves()
    {
        await using var cluster = ControllerCluster.Start();
        await cluster.Client.CreateAsync(Csr.Of("example.com/s", Csr.Pem("CN=a"), Csr.ClientUsages) with { Metadata = new ObjectMeta { Name = "a", CreationTimestamp = cluster.Time.GetUtcNow() } }, default);
        await cluster.UntilAsync<CertificateSigningRequest>(static all => all.Count == 0);
    }

    private static Node ANode(string name, params string[] addresses) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Status = new NodeStatus { Addresses = [.. addresses.Select(static address => new NodeAddress { Type = "InternalIP", Address = address }), new() { Type = "Hostname", Address = "kubernetes.default.svc" }] },
    };
}
