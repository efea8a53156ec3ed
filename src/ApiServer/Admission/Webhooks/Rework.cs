using Navarch.Api;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>
/// What webhooks that change objects are shown of one, and what is made of what comes back: it goes through the same rules
/// as what a client sends, so no webhook sets what only the server may.
/// </summary>
internal static class Rework
{
    /// <summary>The object as a client would send it: what the server adds to a new one is not there yet.</summary>
    public static IResource Show(AdmissionRequest request, IResource value) => request.Operation switch
    {
        "CREATE" => value.WithMetadata(value.Metadata with { UID = "", CreationTimestamp = null, Generation = 0, Name = request.IsNameGenerated ? "" : value.Metadata.Name }),
        "UPDATE" => value.WithMetadata(value.Metadata with { ResourceVersion = request.Old!.Metadata.ResourceVersion }),
        _ => value,
    };

    /// <summary>The object to go on with.</summary>
    /// <param name="full">The one that was shown, with what the server had added.</param>
    /// <exception cref="StatusException">It cannot be had so.</exception>
    public static IResource Take(AdmissionRequest request, IResource changed, IResource full)
    {
        var (kind, options) = (request.Kind, request.Options);
        var metadata = changed.Metadata;
        metadata = MetadataRules.WithoutDoubleOwners(metadata with { ManagedFields = Ownership.AfterAdmission(metadata.ManagedFields, full.Metadata.ManagedFields, options.Warnings) }, options.Warnings);
        if (request.Old is { } old)
        {
            var value = changed.WithMetadata(MetadataRules.ForUpdate(metadata, old.Metadata));
            value = request.Scope switch
            {
                UpdateScope.Main => kind.PrepareForUpdate(kind.Default(value), old, options.Context(request.Now)),
                UpdateScope.Status => kind.PrepareForStatusUpdate(kind.Default(value), old, options.Context(request.Now)),
                _ => options.Retake is { } retake ? retake(value, old) : value,
            };
            return value.WithMetadata(value.Metadata with { ManagedFields = metadata.ManagedFields });
        }

        if (kind.Type.Namespaced && metadata.Namespace.Length > 0 && metadata.Namespace != full.Metadata.Namespace)
        {
            throw StatusErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request").AsException();
        }

        metadata = metadata with { Name = metadata.Name.Length > 0 ? metadata.Name : full.Metadata.Name };
        metadata = MetadataRules.ForCreate(metadata, full.Metadata.Namespace, kind.HasGeneration, request.Now) with { UID = full.Metadata.UID };
        return kind.PrepareForCreate(kind.Default(changed.WithMetadata(metadata)), options.Context(request.Now));
    }
}
