using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Autoscaling.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Handlers;

/// <summary><c>NAME/scale</c> of whatever has replicas: the one number, without knowing the kind.</summary>
internal sealed class ScaleSubresource(ObjectWriter objects, TimeProvider time) : ObjectSubresource
{
    private static readonly PartForm<Scale> Form = new("autoscaling", "v1", ScaleOf, static (value, scale) => WithReplicas(value, scale.Spec.Replicas));

    public override SubresourceType? Describe(Kind kind) =>
        kind.Type == Deployment.ResourceType || kind.Type == ReplicaSet.ResourceType || kind.Type == StatefulSet.ResourceType || kind.Type == ReplicationController.ResourceType
            ? new SubresourceType("scale", "autoscaling", "v1", "Scale", "get", "patch", "update")
            : null;

    protected override byte[] JsonOf(ApiProto.Envelope envelope) => BodyDecoder.JsonOf<Scale>(envelope);

    public override async Task<SubresourceAnswer> InvokeAsync(SubresourceCall call, CancellationToken ct)
    {
        if (call.Verb == "get")
        {
            var found = await objects.FindAsync(call.Kind, call.Kind.Key(call.Namespace, call.Name), ct)
                ?? throw StatusErrors.NotFound(call.Kind.Type, call.Name).AsException();
            return SubresourceAnswer.Of(200, ScaleOf(found.Value));
        }

        if (call.Write.IsApply)
        {
            var apply = ApplyBody.ParseScale(call.Kind, call.Body.Span, call.Write.GivenManager, call.Write.Force, time.GetUtcNow());
            var applied = await objects.UpdateAsync(call.Kind, call.Namespace, call.Name, apply.Apply, UpdateScope.Main, call.Write with { Form = Form }, ct);
            return SubresourceAnswer.Of(200, ScaleOf(applied.Object.Value));
        }

        var patch = call.Verb == "patch" ? PatchBody.Parse(call.MediaType, call.Body.Span, Scale.Schema) : null;
        var given = patch is null ? BodyDecoder.Decode<Scale>(call.Body.Span, "Scale", "v1") : null;
        var outcome = await objects.UpdateAsync(call.Kind, call.Namespace, call.Name, Change, UpdateScope.Main, call.Write with { Form = Form }, ct);
        return SubresourceAnswer.Of(200, ScaleOf(outcome.Object.Value));

        IResource Change(StoredObject current)
        {
            var scale = given ?? BodyDecoder.Decode<Scale>(patch!.Apply(ApiJson.ToUtf8(ScaleOf(current.Value))), "Scale", "v1");
            if (scale.Spec.Replicas < 0)
            {
                var errors = new FieldErrors();
                errors.Invalid("spec.replicas", scale.Spec.Replicas, "must be greater than or equal to 0");
                throw StatusErrors.Invalid("autoscaling", "Scale", call.Name, errors.All).AsException();
            }

            var value = WithReplicas(current.Value, scale.Spec.Replicas);
            return value.WithMetadata(value.Metadata with { ResourceVersion = scale.Metadata.ResourceVersion, UID = scale.Metadata.UID });
        }
    }

    private static Scale ScaleOf(IResource value)
    {
        var (wanted, present, selector) = value switch
        {
            Deployment item => (item.Spec.Replicas, item.Status.Replicas, Selector.Of(item.Spec.Selector)),
            ReplicaSet item => (item.Spec.Replicas, item.Status.Replicas, Selector.Of(item.Spec.Selector)),
            StatefulSet item => (item.Spec.Replicas, item.Status.Replicas, Selector.Of(item.Spec.Selector)),
            ReplicationController item => (item.Spec.Replicas, item.Status.Replicas, Selector.Of(item.Spec.Selector)),
            _ => throw new InvalidOperationException($"{value} has no scale"),
        };
        var metadata = value.Metadata;
        return new Scale
        {
            Metadata = new ObjectMeta
            {
                Name = metadata.Name,
                Namespace = metadata.Namespace,
                UID = metadata.UID,
                ResourceVersion = metadata.ResourceVersion,
                CreationTimestamp = metadata.CreationTimestamp,
            },
            Spec = new ScaleSpec { Replicas = wanted ?? 1 },
            Status = new ScaleStatus { Replicas = present, Selector = selector.ToString() },
        };
    }

    private static IResource WithReplicas(IResource value, int replicas) => value switch
    {
        Deployment item => item with { Spec = item.Spec with { Replicas = replicas } },
        ReplicaSet item => item with { Spec = item.Spec with { Replicas = replicas } },
        StatefulSet item => item with { Spec = item.Spec with { Replicas = replicas } },
        ReplicationController item => item with { Spec = item.Spec with { Replicas = replicas } },
        _ => throw new InvalidOperationException($"{value} has no scale"),
    };
}
