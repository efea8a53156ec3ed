using Navarch.Api.Discovery.V1;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Tests;

/// <summary>Names and records of the Kubernetes specification of DNS-based service discovery.</summary>
public sealed class ZoneAnswersTests
{
    private const int NoSuchName = 3;

    private static readonly string[] Negative = ["cluster.local. 30 SOA ns.dns.cluster.local. hostmaster.cluster.local. minimum 30"];

    private readonly TestZone zone = new(
        A.Namespace("default"),
        A.Namespace("empty"),
        A.Service("web", "10.96.0.80", "fd00::80"),
        A.Slice("web", A.Endpoint("10.244.0.9")),
        A.Service("db"),
        A.Slice("db", A.Endpoint("10.244.0.5", "db-0"), A.Endpoint("10.244.0.6"), A.Endpoint("10.244.0.7", "db-2", ready: false)),
        A.Slice("db", AddressType.IPv6, A.Endpoint("fd00:244::5", "db-0")),
        A.Service("lonely"),
        A.ExternalName("outside", "www.example.com"),
        A.ExternalName("inside", "web.default.svc.cluster.local"),
        A.ExternalName("ring-a", "ring-b.default.svc.cluster.local"),
        A.ExternalName("ring-b", "ring-a.default.svc.cluster.local"),
        A.ExternalName("astray", "nobody.cluster.local"));

    [Fact]
    public void A_service_has_its_address_of_each_family()
    {
        var reply = zone.Ask("web.default.svc.cluster.local", RecordType.A);

        Assert.Equal(["web.default.svc.cluster.local. 30 A 10.96.0.80"], reply.Answers);
        Assert.True(reply.IsAuthoritative);
        Assert.Equal(Ask.Id, reply.Id);
        Assert.Equal(["web.default.svc.cluster.local. 30 AAAA fd00::80"], zone.Ask("web.default.svc.cluster.local", RecordType.AAAA).Answers);
    }

    [Fact]
    public void The_case_of_a_question_does_not_matter_and_is_repeated()
    {
        var request = Ask.For("WeB.Default.SVC.cluster.LOCAL", RecordType.A);

        var reply = zone.Send(request)!;

        Assert.Equal(["10.96.0.80"], reply.Data);
        Assert.Equal(request[Header.Bytes..], reply.QuestionBytes[..(request.Length - Header.Bytes)]);
    }

    [Fact]
    public void A_headless_service_has_the_addresses_of_its_ready_endpoints()
    {
        Assert.Equal(["10.244.0.5", "10.244.0.6"], zone.Ask("db.default.svc.cluster.local", RecordType.A).Data.Order());
        Assert.Equal(["fd00:244::5"], zone.Ask("db.default.svc.cluster.local", RecordType.AAAA).Data);
    }

    [Fact]
    public void Each_client_gets_another_endpoint_first()
    {
        var first = Enumerable.Range(0, 6).Select(_ => zone.Ask("_http._tcp.db.default.svc.cluster.local", RecordType.SRV).Data[0]);

        Assert.Equal(2, first.Distinct().Count());
    }

    [Fact]
    public void A_headless_service_without_ready_endpoints_does_not_exist()
    {
        var reply = zone.Ask("lonely.default.svc.cluster.local", RecordType.A);

        Assert.Equal(NoSuchName, reply.Code);
        Assert.Equal(Negative, reply.Authorities);
    }

    [Fact]
    public void Endpoints_that_are_not_ready_are_published_where_the_service_asks_for_it()
    {
        var service = A.Service("db");
        zone.Set(service with { Spec = service.Spec with { PublishNotReadyAddresses = true } });

        Assert.Equal(["10.244.0.7"], zone.Ask("db-2.db.default.svc.cluster.local", RecordType.A).Data);
    }

    [Theory]
    [InlineData("db-0.db", "10.244.0.5")]
    [InlineData("10-244-0-6.db", "10.244.0.6")]
    [InlineData("10-244-0-9.web", "10.244.0.9")]
    public void An_endpoint_has_a_name_of_its_own(string name, string address) =>
        Assert.Equal([address], zone.Ask($"{name}.default.svc.cluster.local", RecordType.A).Data);

    [Theory]
    [InlineData("db-1.db.default.svc.cluster.local")]
    [InlineData("10-244-0-5.db.default.svc.cluster.local")]
    [InlineData("web.other.svc.cluster.local")]
    [InlineData("web.default.cluster.local")]
    [InlineData("default.other.svc.cluster.local")]
    [InlineData("nowhere.svc.cluster.local")]
    [InlineData("a.b.c.web.default.svc.cluster.local")]
    [InlineData("x.outside.default.svc.cluster.local")]
    [InlineData("_https._tcp.web.default.svc.cluster.local")]
    [InlineData("_http._udp.web.default.svc.cluster.local")]
    [InlineData("_._tcp.web.default.svc.cluster.local")]
    [InlineData("_sctp.web.default.svc.cluster.local")]
    [InlineData("web")]
    [InlineData("10-244-0-9.nowhere.pod.cluster.local")]
    [InlineData("web.default.pod.cluster.local")]
    [InlineData("10-244-0-256.default.pod.cluster.local")]
    [InlineData("other.dns.cluster.local")]
    [InlineData("nothing.cluster.local")]
    public void What_does_not_exist_is_told_so(string name)
    {
        var reply = zone.Ask(name.Contains("cluster", StringComparison.Ordinal) ? name : $"{name}.cluster.local", RecordType.A);

        Assert.Equal(NoSuchName, reply.Code);
        Assert.Equal(Negative, reply.Authorities);
        Assert.Empty(reply.Answers);
    }

    [Theory]
    [InlineData("web.default.svc.cluster.local", RecordType.TXT)]
    [InlineData("db-0.db.default.svc.cluster.local", RecordType.SRV)]
    [InlineData("10-244-0-6.db.default.svc.cluster.local", RecordType.AAAA)]
    [InlineData("_http._tcp.web.default.svc.cluster.local", RecordType.A)]
    [InlineData("_tcp.web.default.svc.cluster.local", RecordType.SRV)]
    [InlineData("empty.svc.cluster.local", RecordType.A)]
    [InlineData("svc.cluster.local", RecordType.A)]
    [InlineData("pod.cluster.local", RecordType.A)]
    [InlineData("default.pod.cluster.local", RecordType.A)]
    [InlineData("1-2-3-4.default.pod.cluster.local", RecordType.AAAA)]
    [InlineData("dns.cluster.local", RecordType.A)]
    [InlineData("ns.dns.cluster.local", RecordType.AAAA)]
    [InlineData("cluster.local", RecordType.A)]
    [InlineData("dns-version.cluster.local", RecordType.A)]
    [InlineData("web.default.svc.cluster.local", RecordType.ANY)]
    public void What_exists_without_such_records_is_not_called_missing(string name, ushort type)
    {
        var reply = zone.Ask(name, type);

        Assert.Equal(0, reply.Code);
        Assert.Empty(reply.Answers);
        Assert.Equal(Negative, reply.Authorities);
    }

    [Fact]
    public void A_named_port_has_a_server_record()
    {
        var reply = zone.Ask("_http._tcp.web.default.svc.cluster.local", RecordType.SRV);

        Assert.Equal(["_http._tcp.web.default.svc.cluster.local. 30 SRV 0 100 80 web.default.svc.cluster.local."], reply.Answers);
        Assert.Equal(["web.default.svc.cluster.local. 30 A 10.96.0.80", "web.default.svc.cluster.local. 30 AAAA fd00::80"], reply.Additionals);
        Assert.Equal(["0 100 53 web.default.svc.cluster.local."], zone.Ask("_dns._udp.web.default.svc.cluster.local", RecordType.SRV).Data);
    }

    [Fact]
    public void A_headless_service_has_a_server_record_for_each_endpoint()
    {
        var reply = zone.Ask("_http._tcp.db.default.svc.cluster.local", RecordType.SRV);

        Assert.Equal(
            ["0 33 8080 10-244-0-6.db.default.svc.cluster.local.", "0 33 8080 db-0.db.default.svc.cluster.local.", "0 33 8080 db-0.db.default.svc.cluster.local."],
            reply.Data.Order());
        Assert.Contains("db-0.db.default.svc.cluster.local. 30 A 10.244.0.5", reply.Additionals);
        Assert.Contains("db-0.db.default.svc.cluster.local. 30 AAAA fd00:244::5", reply.Additionals);
    }

    [Theory]
    [InlineData("80.0.96.10.in-addr.arpa", "web.default.svc.cluster.local.")]
    [InlineData("5.0.244.10.in-addr.arpa", "db-0.db.default.svc.cluster.local.")]
    [InlineData("6.0.244.10.in-addr.arpa", "10-244-0-6.db.default.svc.cluster.local.")]
    [InlineData("0.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", "web.default.svc.cluster.local.")]
    public void Addresses_have_names(string address, string name) => Assert.Equal([name], zone.Ask(address, RecordType.PTR).Data);

    [Theory]
    [InlineData("7.0.244.10.in-addr.arpa")]
    [InlineData("1.2.97.10.in-addr.arpa")]
    public void Nobody_else_is_asked_about_addresses_of_the_cluster(string name)
    {
        var reply = zone.Ask(name, RecordType.PTR);

        Assert.Equal(NoSuchName, reply.Code);
        Assert.Equal(["in-addr.arpa. 30 SOA ns.dns.cluster.local. hostmaster.cluster.local. minimum 30"], reply.Authorities);
    }

    [Theory]
    [InlineData("1.1.168.192.in-addr.arpa")]
    [InlineData("01.0.96.10.in-addr.arpa")]
    [InlineData("96.10.in-addr.arpa")]
    [InlineData("www.example.com")]
    [InlineData("notcluster.local")]
    [InlineData("local")]
    [InlineData("")]
    public void Others_are_asked_about_what_is_theirs(string name) => Assert.Null(zone.Send(Ask.For(name, RecordType.PTR)));

    [Fact]
    public void A_pod_has_a_name_by_its_address()
    {
        Assert.Equal(["1.2.3.4"], zone.Ask("1-2-3-4.default.pod.cluster.local", RecordType.A).Data);
        Assert.Equal(["fd00::1"], zone.Ask("fd00--1.empty.pod.cluster.local", RecordType.AAAA).Data);
    }

    [Fact]
    public void The_zone_tells_its_version_and_its_server()
    {
        Assert.Equal(["1.1.0"], zone.Ask("dns-version.cluster.local", RecordType.TXT).Data);
        Assert.Equal(["ns.dns.cluster.local."], zone.Ask("cluster.local", RecordType.NS).Data);
        Assert.Equal(["10.96.0.10"], zone.Ask("ns.dns.cluster.local", RecordType.A).Data);
        Assert.Single(zone.Ask("cluster.local", RecordType.SOA).Answers);
    }

    [Fact]
    public void An_external_name_within_the_cluster_is_followed()
    {
        Assert.Equal(
            ["inside.default.svc.cluster.local. 30 CNAME web.default.svc.cluster.local.", "web.default.svc.cluster.local. 30 A 10.96.0.80"],
            zone.Ask("inside.default.svc.cluster.local", RecordType.A).Answers);
        Assert.Equal(["www.example.com."], zone.Ask("outside.default.svc.cluster.local", RecordType.CNAME).Data);
        Assert.Equal(["nobody.cluster.local."], zone.Ask("astray.default.svc.cluster.local", RecordType.A).Data);
    }

    [Fact]
    public void External_names_in_a_ring_lead_nowhere_and_end() =>
        Assert.InRange(zone.Ask("ring-a.default.svc.cluster.local", RecordType.A, 1232).Answers.Count, 2, 9);

    [Fact]
    public void A_service_that_goes_takes_its_names_along()
    {
        zone.Delete(A.Service("web"));

        Assert.Equal(NoSuchName, zone.Ask("web.default.svc.cluster.local", RecordType.A).Code);
        Assert.Equal(NoSuchName, zone.Ask("80.0.96.10.in-addr.arpa", RecordType.PTR).Code);
    }

    [Fact]
    public void What_is_not_known_yet_is_not_called_missing()
    {
        var starting = new TestZone(isComplete: false, A.Service("web", "10.96.0.80"));

        Assert.Equal((int)ResponseCode.ServerFailure, starting.Ask("other.default.svc.cluster.local", RecordType.A).Code);
        Assert.Equal(["10.96.0.80"], starting.Ask("web.default.svc.cluster.local", RecordType.A).Data);
    }

    [Fact]
    public void What_does_not_fit_is_told_by_tcp()
    {
        zone.Set(A.Slice("db", [.. Enumerable.Range(1, 200).Select(i => A.Endpoint($"10.244.1.{i}"))]));
        var request = Ask.For("db.default.svc.cluster.local", RecordType.A, edns: 4096);

        var plain = zone.Ask("db.default.svc.cluster.local", RecordType.A);
        var extended = zone.Send(request)!;
        var stream = zone.Send(request, isTcp: true)!;

        Assert.True(plain.IsTruncated && extended.IsTruncated && !stream.IsTruncated);
        Assert.InRange(plain.Length, 400, 512);
        Assert.InRange(extended.Length, 1100, 1232);
        Assert.Equal(200, stream.Answers.Count);
        Assert.Equal(1232, extended.Edns);
        Assert.Null(plain.Edns);
    }
}
