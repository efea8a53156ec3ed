using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>POST of <c>pods/NAME/binding</c>: the scheduler's word on which node a pod is for.</summary>
internal sealed class BindingSubresource(ObjectWriter objects, TimeProvider time) : ObjectSubresource
{
    private static readonly Status Done = new() { StatusValue = "Success", Code = 201 };
    private static readonly BodyForm<Binding> Form = new("", "v1", static binding => binding.Metadata);

    public override SubresourceType? Describe(Kind kind) =>
        kind.Type == Pod.ResourceType ? new SubresourceType("binding", "", "v1", "Binding", "create") : null;

    protected override byte[] JsonOf(ApiProto.Envelope envelope) => BodyDecoder.JsonOf<Binding>(envelope);

    public override Task<SubresourceAnswer> InvokeAsync(SubresourceCall call, CancellationToken ct) =>
        BindAsync(call.Kind, call.Namespace, call.Name, BodyDecoder.Decode<Binding>(call.Body.Span, "Binding", "v1"), call.Write, ct);

    /// <exception cref="StatusException">The pod was not bound.</exception>
    public async Task<SubresourceAnswer> BindAsync(Kind pods, string @namespace, string name, Binding binding, WriteOptions write, CancellationToken ct)
    {
        binding = await objects.AdmitBodyAsync(Form, pods, @namespace, name, binding, write with { Subresource = "binding" }, ct);
        var errors = new FieldErrors();
        if (binding.Target.Kind is not ("" or "Node"))
        {
            errors.NotSupported("target.kind", binding.Target.Kind, ["Node", "<empty>"]);
        }

        if (binding.Target.Name.Length == 0)
        {
            errors.Required("target.name");
        }

        if (errors.Any)
        {
            throw StatusErrors.Invalid("", "Binding", name, errors.All).AsException();
        }

        await objects.UpdateAsync(pods, @namespace, name, Bind, UpdateScope.Unowned, write with { IsAdmitted = true }, ct);
        return SubresourceAnswer.Of(201, Done);

        IResource Bind(StoredObject current) => Assign((Pod)current.Value, binding, time.GetUtcNow());
    }

    /// <summary>The pod on its node. Depends on its arguments alone.</summary>
    /// <exception cref="StatusException">409: the pod cannot be bound.</exception>
    internal static Pod Assign(Pod pod, Binding binding, DateTimeOffset now)
    {
        var metadata = pod.Metadata;
        var refusal = metadata.DeletionTimestamp is not null ? $"pod {metadata.Name} is being deleted, cannot be assigned to a host"
            : pod.Spec.NodeName.Length > 0 ? $"pod {metadata.Name} is already assigned to node \"{pod.Spec.NodeName}\""
            : pod.Spec.SchedulingGates.Count > 0 ? $"pod {metadata.Name} has non-empty .spec.schedulingGates"
            : binding.Metadata.UID.Length > 0 && binding.Metadata.UID != metadata.UID ? $"Precondition failed: UID in precondition: {binding.Metadata.UID}, UID in object meta: {metadata.UID}"
            : null;
        if (refusal is not null)
        {
            throw StatusErrors.Conflict("", "pods/binding", metadata.Name, refusal).AsException();
        }

        var scheduled = new PodCondition { Type = "PodScheduled", Status = "True", LastTransitionTime = MetadataRules.WholeSeconds(now) };
        var conditions = pod.Status.Conditions.Where(static condition => condition.Type != "PodScheduled").Append(scheduled).ToArray();
        return pod with
        {
            Metadata = metadata with { Annotations = metadata.Annotations.WithAll(binding.Metadata.Annotations), Generation = metadata.Generation > 0 ? metadata.Generation + 1 : 0 },
            Spec = pod.Spec with { NodeName = binding.Target.Name },
            Status = pod.Status with { Conditions = conditions },
        };
    }
}
