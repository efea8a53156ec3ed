using Navarch.Api;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission;

/// <summary>
/// Who gives an object owners must be allowed to delete it, for with them it will go; and who makes an owner wait for
/// it, to finalize that owner. Off by default.
/// </summary>
internal sealed class OwnerRights(Catalog catalog, IAuthorizer authorizer) : IAdmission
{
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        var (owners, before) = (request.Value.Metadata.OwnerReferences, request.Old?.Metadata.OwnerReferences ?? []);
        if (owners.SequenceEqual(before))
        {
            return;
        }

        var type = request.Kind.Type;
        var deletion = await DecideAsync(request, "delete", type, request.Value.Metadata.Namespace, request.Value.Metadata.Name, request.Options.Subresource, ct);
        if (!deletion.IsAllowed)
        {
            throw Refused(request, $"cannot set an ownerRef on a resource you can't delete: {Why(deletion)}");
        }

        foreach (var owner in owners.Where(owner => owner.BlockOwnerDeletion == true && !before.Any(known => known.UID == owner.UID && known.BlockOwnerDeletion == true)))
        {
            var found = catalog.Kinds.FirstOrDefault(kind => kind.Type.Kind == owner.Kind && kind.Type.ApiVersion == owner.APIVersion)?.Type
                ?? throw Refused(request, $"cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion {owner.APIVersion} Kind {owner.Kind}: no matches for kind {GoText.Quote(owner.Kind)} in version {GoText.Quote(owner.APIVersion)}");
            var finalizing = await DecideAsync(request, "update", found, found.Namespaced ? request.Value.Metadata.Namespace : "", owner.Name, "finalizers", ct);
            if (!finalizing.IsAllowed)
            {
                throw Refused(request, $"cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: {Why(finalizing)}");
            }
        }
    }

    // As upstream prints a reason and an error that may be none.
    private static string Why(Decision decision) => $"{decision.Reason}, {(decision.Problem.Length > 0 ? decision.Problem : "<nil>")}";

    private ValueTask<Decision> DecideAsync(AdmissionRequest request, string verb, ResourceType type, string @namespace, string name, string subresource, CancellationToken ct) =>
        authorizer.DecideAsync(
            request.Options.User,
            new RequestInfo
            {
                Verb = verb, Path = "", IsResource = true, Group = type.Group, Version = type.Version, Namespace = @namespace, Resource = type.Plural, Name = name, Subresource = subresource,
            },
            ct);

    private static StatusException Refused(AdmissionRequest request, string why) => StatusErrors.Forbidden(request.Kind.Type, request.Value.Metadata.Name, why).AsException();
}
