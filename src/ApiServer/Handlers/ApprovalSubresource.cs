using Navarch.Api;
using Navarch.Api.Certificates.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources.Certificates;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary><c>certificatesigningrequests/NAME/approval</c>: where a request for a certificate is approved or denied.</summary>
internal sealed class ApprovalSubresource(ObjectWriter objects, TimeProvider time) : ObjectSubresource
{
    public override SubresourceType? Describe(Kind kind) => kind.Type == CertificateSigningRequest.ResourceType
        ? new SubresourceType("approval", kind.Type.Group, kind.Type.Version, kind.Type.Kind, "get", "patch", "update")
        : null;

    protected override byte[] JsonOf(ApiProto.Envelope envelope) => BodyDecoder.JsonOf<CertificateSigningRequest>(envelope);

    public override async Task<SubresourceAnswer> InvokeAsync(SubresourceCall call, CancellationToken ct)
    {
        if (call.Verb == "get")
        {
            var found = await objects.FindAsync(call.Kind, call.Name, ct) ?? throw StatusErrors.NotFound(call.Kind.Type, call.Name).AsException();
            return SubresourceAnswer.Of(200, found);
        }

        var patch = call.Verb == "patch" ? PatchBody.Parse(call.MediaType, call.Body.Span, CertificateSigningRequest.Schema) : null;
        var given = patch is null ? BodyDecoder.Decode<CertificateSigningRequest>(call.Body.Span, call.Kind.Type.Kind, call.Kind.Type.Version) : null;
        var outcome = await objects.UpdateAsync(call.Kind, "", call.Name, Change, UpdateScope.Exact, call.Write with { Retake = Checked }, ct);
        return SubresourceAnswer.Of(200, outcome.Object);

        IResource Change(StoredObject current) => Checked(given ?? patch!.Apply(call.Kind, current, null), current.Value);

        IResource Checked(IResource sent, IResource old)
        {
            var value = CertificateSigningRequestResource.PrepareForApproval((CertificateSigningRequest)sent, (CertificateSigningRequest)old, call.Write.Context(time.GetUtcNow()));
            var errors = new FieldErrors();
            CertificateSigningRequestResource.ValidateApproval(value, (CertificateSigningRequest)old, errors);
            return errors.Any ? throw StatusErrors.Invalid(call.Kind.Type, call.Name, errors.All).AsException() : value;
        }
    }
}
