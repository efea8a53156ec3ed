using System.Text;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;

namespace Navarch.Api.Tests;

public sealed class ProtobufTests
{
    [Fact]
    public void A_deployment_survives_the_round_trip()
    {
        var deployment = ApiJson.Parse<Deployment>("""
            {"metadata":{"name":"web","creationTimestamp":"2026-01-02T03:04:05Z","labels":{"a":"1","b":"2"}},
             "spec":{"replicas":0,"selector":{"matchLabels":{"a":"1"}},"strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}},
             "template":{"metadata":{},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"1","memory":"1Gi"}},
             "livenessProbe":{"httpGet":{"port":"http"},"periodSeconds":-1}}],"volumes":[{"name":"v","configMap":{"name":"cm"}}]}}},"status":{}}
            """u8);

        var bytes = ApiProto.ToBytes(deployment, "apps/v1", "Deployment");
        var envelope = ApiProto.Open(bytes);

        Assert.Equal(("apps/v1", "Deployment"), (envelope.ApiVersion, envelope.Kind));
        Assert.Equal(deployment, ApiProto.Parse<Deployment>(envelope.Message.Span));
    }

    [Fact]
    public void Fields_lie_as_the_wire_format_of_the_API_has_them()
    {
        var writer = new ProtoWriter(4);
        new ConfigMap { Metadata = new ObjectMeta { Name = "n" }, Data = [new("k", "v")] }.WriteProto(writer);

        // metadata (1): name 1 "n", generateName 2, namespace 3, selfLink 4, uid 5, resourceVersion 6 empty, generation 7 zero,
        // creationTimestamp 8 empty; then data (2) with one entry.
        Assert.Equal("0A110A016E12001A002200" + "2A00320038004200" + "1206" + "0A016B" + "120176", Convert.ToHexString(writer.Written.Span));
    }

    [Fact]
    public void Bytes_that_are_no_message_are_refused_and_never_escape_otherwise()
    {
        var random = new Random(7);
        var good = ApiProto.ToBytes(ApiJson.Parse<Pod>("""{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","env":[{"name":"A","value":"b"}]}]}}"""u8), "v1", "Pod");
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = good.ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
            {
                bytes[random.Next(4, bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                _ = ApiProto.Parse<Pod>(ApiProto.Open(bytes[..random.Next(4, bytes.Length)]).Message.Span);
            }
            catch (ApiProtoException)
            {
            }
        }
    }

    [Fact]
    public void Unknown_numbers_are_skipped()
    {
        var writer = new ProtoWriter();
        writer.String(99, "later");
        new ConfigMap { Metadata = new ObjectMeta { Name = "n" } }.WriteProto(writer);

        Assert.Equal("n", ApiProto.Parse<ConfigMap>(writer.Written.Span).Metadata.Name);
        Assert.NotEmpty(Encoding.UTF8.GetString(writer.Written.Span));
    }
}
