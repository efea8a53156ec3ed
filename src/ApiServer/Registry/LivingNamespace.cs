using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Registry;

/// <summary>Nothing new comes into a namespace that is missing or on its way out.</summary>
internal static class LivingNamespace
{
    /// <exception cref="StatusException">403, 404.</exception>
    public static async ValueTask RequireAsync(ObjectStore store, Kind namespaces, Kind kind, string @namespace, string name, CancellationToken ct)
    {
        if (kind.Type.Namespaced)
        {
            ThrowIfGoing(kind, await store.FindAsync(namespaces, @namespace, ct), @namespace, name);
        }
    }

    /// <summary>The same by what is known here, without waiting.</summary>
    /// <exception cref="StatusException">403, 404.</exception>
    public static void Require(Kind namespaces, Kind kind, string @namespace, string name)
    {
        if (kind.Type.Namespaced)
        {
            ThrowIfGoing(kind, namespaces.Objects.Current.Objects.Find(@namespace), @namespace, name);
        }
    }

    private static void ThrowIfGoing(Kind kind, StoredObject? found, string @namespace, string name)
    {
        if (found is null)
        {
            throw StatusErrors.NotFound(Namespace.ResourceType, @namespace).AsException();
        }

        if (found.Fields.Length > 0 && found.Fields[0] != NamespacePhase.NamespaceTerminating && found.Fields[0].Length > 0)
        {
            return; // The common case, without decoding: the only selectable field of a namespace is its phase.
        }

        if (((Namespace)found.Value).Metadata.DeletionTimestamp is not null)
        {
            var status = StatusErrors.Forbidden(kind.Type, name, $"unable to create new content in namespace {@namespace} because it is being terminated");
            throw (status with
            {
                Details = status.Details! with
                {
                    Causes = [new StatusCause { Type = CauseType.Vcorev1NamespaceTerminatingCause, Message = $"namespace {@namespace} is being terminated", Field = "metadata.namespace" }],
                },
            }).AsException();
        }
    }
}
