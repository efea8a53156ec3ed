using Navarch.Api;
using Navarch.Api.Meta.V1;

namespace Navarch.ApiServer.Registry;

/// <summary>A check or a change of an object on its way into the store, beyond the rules of its kind.</summary>
internal interface IAdmission
{
    /// <summary>Returns the object to go on with.</summary>
    /// <exception cref="Machinery.Errors.StatusException">The request is refused.</exception>
    ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct) => new(request.Value);

    /// <summary>Looks at the object as it is to be stored: everybody has made their changes, and the rules of its kind hold. Not called for deletes.</summary>
    /// <exception cref="Machinery.Errors.StatusException">The request is refused.</exception>
    ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct) => default;
}

/// <param name="Value">The object as it is to be; the present one for a delete.</param>
/// <param name="Old">The object before an update or a delete.</param>
internal sealed record AdmissionRequest(string Operation, Kind Kind, IResource Value, IResource? Old, WriteOptions Options)
{
    /// <summary>Which part of the object an update may change.</summary>
    public UpdateScope Scope { get; init; }

    /// <summary>When the write began.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>The client left the name of a new object to the server.</summary>
    public bool IsNameGenerated { get; init; }

    /// <summary>Of a delete: what was asked for with it.</summary>
    public DeleteOptions? Delete { get; init; }
}
