using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>PUT of <c>namespaces/NAME/finalize</c>: the controller's word that a namespace is empty.</summary>
internal sealed class FinalizeSubresource(ObjectWriter objects) : ObjectSubresource
{
    public override SubresourceType? Describe(Kind kind) =>
        kind.Type == Namespace.ResourceType ? new SubresourceType("finalize", "", "v1", "Namespace", "update") : null;

    protected override byte[] JsonOf(ApiProto.Envelope envelope) => BodyDecoder.JsonOf<Namespace>(envelope);

    public override async Task<SubresourceAnswer> InvokeAsync(SubresourceCall call, CancellationToken ct)
    {
        var wanted = BodyDecoder.Decode<Namespace>(call.Body.Span, "Namespace", "v1");
        if (wanted.Metadata.Name.Length > 0 && wanted.Metadata.Name != call.Name)
        {
            throw StatusErrors.BadRequest($"the name of the object ({wanted.Metadata.Name}) does not match the name on the URL ({call.Name})").AsException();
        }

        var outcome = await objects.UpdateAsync(call.Kind, "", call.Name, current => Take(wanted, current.Value), UpdateScope.Exact, call.Write with { Retake = Take }, ct);
        return SubresourceAnswer.Of(200, outcome.Object);
    }

    private static Namespace Take(IResource sent, IResource old)
    {
        var (wanted, space) = ((Namespace)sent, (Namespace)old);
        return space with
        {
            Metadata = wanted.Metadata.ResourceVersion.Length > 0 ? space.Metadata with { ResourceVersion = wanted.Metadata.ResourceVersion } : space.Metadata,
            Spec = space.Spec with { Finalizers = wanted.Spec.Finalizers },
        };
    }
}
