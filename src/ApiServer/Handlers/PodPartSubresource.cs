using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>A path below a pod through which one part of it may be changed, by rules of its own.</summary>
internal abstract class PodPartSubresource(string name, ObjectWriter objects, TimeProvider time) : ObjectSubresource
{
    public override SubresourceType? Describe(Kind kind) =>
        kind.Type == Pod.ResourceType ? new SubresourceType(name, "", "v1", "Pod", "get", "patch", "update") : null;

    public override async Task<SubresourceAnswer> InvokeAsync(SubresourceCall call, CancellationToken ct)
    {
        if (call.Verb == "get")
        {
            var found = await objects.FindAsync(call.Kind, call.Kind.Key(call.Namespace, call.Name), ct) ?? throw StatusErrors.NotFound(call.Kind.Type, call.Name).AsException();
            return SubresourceAnswer.Of(200, found);
        }

        var apply = call.Write.IsApply ? ApplyBody.Parse(call.Kind, call.Body.Span, call.Write.GivenManager, call.Write.Subresource, call.Write.Force, time.GetUtcNow()) : null;
        var patch = call.Verb == "patch" && apply is null ? PatchBody.Parse(call.MediaType, call.Body.Span, Pod.Schema) : null;
        var given = patch is null && apply is null ? BodyDecoder.Decode<Pod>(call.Body.Span, "Pod", "v1") : null;
        var outcome = await objects.UpdateAsync(call.Kind, call.Namespace, call.Name, Change, UpdateScope.Exact, call.Write with { Retake = Checked }, ct);
        return SubresourceAnswer.Of(200, outcome.Object);

        IResource Change(StoredObject current) => Checked(given ?? apply?.Apply(current) ?? patch!.Apply(call.Kind, current, null), current.Value);

        IResource Checked(IResource sent, IResource old)
        {
            var errors = new FieldErrors();
            var pod = Take((Pod)sent, (Pod)old, errors);
            return errors.Any ? throw StatusErrors.Invalid(call.Kind.Type, call.Name, errors.All).AsException() : pod;
        }
    }

    protected override byte[] JsonOf(ApiProto.Envelope envelope) => BodyDecoder.JsonOf<Pod>(envelope);

    /// <summary>The present pod with the part taken from the one that was sent.</summary>
    protected abstract Pod Take(Pod sent, Pod old, FieldErrors errors);
}
