using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources.Core;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary><c>pods/NAME/resize</c>: other resources for the containers of a pod that runs.</summary>
internal sealed class ResizeSubresource(ObjectWriter objects, TimeProvider time) : ObjectSubresource
{
    private static readonly PodResource Rules = new();

    public override SubresourceType? Describe(Kind kind) =>
        kind.Type == Pod.ResourceType ? new SubresourceType("resize", "", "v1", "Pod", "get", "patch", "update") : null;

    protected override byte[] JsonOf(ApiProto.Envelope envelope) => BodyDecoder.JsonOf<Pod>(envelope);

    public override async Task<SubresourceAnswer> InvokeAsync(SubresourceCall call, CancellationToken ct)
    {
        if (call.Verb == "get")
        {
            var found = await objects.FindAsync(call.Kind, call.Kind.Key(call.Namespace, call.Name), ct) ?? throw StatusErrors.NotFound(call.Kind.Type, call.Name).AsException();
            return SubresourceAnswer.Of(200, found);
        }

        var apply = call.Write.IsApply ? ApplyBody.Parse(call.Kind, call.Body.Span, call.Write.GivenManager, call.Write.Subresource, call.Write.Force, time.GetUtcNow()) : null;
        var patch = call.Verb == "patch" && apply is null ? PatchBody.Parse(call.MediaType, call.Body.Span, Pod.Schema) : null;
        var given = patch is null && apply is null ? (Pod)Rules.Default(BodyDecoder.Decode<Pod>(call.Body.Span, "Pod", "v1")) : null;
        var outcome = await objects.UpdateAsync(call.Kind, call.Namespace, call.Name, Change, UpdateScope.Exact, call.Write, ct);
        return SubresourceAnswer.Of(200, outcome.Object);

        IResource Change(StoredObject current)
        {
            var old = (Pod)current.Value;
            var pod = PodResize.Prepare(given ?? Rules.Default((Pod)(apply?.Apply(current) ?? patch!.Apply(call.Kind, current, null))), old);
            var errors = new FieldErrors();
            Rules.Validate(pod, errors);
            PodResize.Validate(errors, pod, old);
            return errors.Any ? throw StatusErrors.Invalid(call.Kind.Type, call.Name, errors.All).AsException() : pod;
        }
    }
}
