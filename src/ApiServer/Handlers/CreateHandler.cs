using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>POST to a collection.</summary>
internal sealed class CreateHandler(ObjectWriter objects, TimeProvider time)
{
    public async Task HandleAsync(ApiRequest request, Kind kind)
    {
        Api.IResource value;
        using (var body = await BodyDecoder.ReadAsync(request, kind))
        {
            value = BodyDecoder.Decode(request, kind, body.Json);
        }

        Addressing.Check(kind, value, request.Info.Namespace, name: "");
        var stored = await objects.CreateAsync(kind, request.Info.Namespace, value, request.Write, request.Aborted);
        await Responses.WriteObjectAsync(request, 201, kind, stored, time);
    }
}

/// <summary>An object must not say it is somewhere else than where it is sent to.</summary>
internal static class Addressing
{
    /// <param name="name">That of the path; empty where the path has none.</param>
    /// <exception cref="StatusException">400.</exception>
    public static void Check(Kind kind, Api.IResource value, string @namespace, string name)
    {
        // What a cluster-wide object says of a namespace is not heard.
        var metadata = value.Metadata;
        if (kind.Type.Namespaced && metadata.Namespace.Length > 0 && metadata.Namespace != @namespace)
        {
            throw StatusErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request").AsException();
        }

        if (name.Length > 0 && metadata.Name.Length == 0)
        {
            throw StatusErrors.BadRequest($"the name of the object ({name} based on URL) was undeterminable: name must be provided").AsException();
        }

        if (name.Length > 0 && metadata.Name != name)
        {
            throw StatusErrors.BadRequest($"the name of the object ({metadata.Name}) does not match the name on the URL ({name})").AsException();
        }
    }
}
