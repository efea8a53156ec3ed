using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Handlers;

/// <summary>PUT of an object, or of its status.</summary>
internal sealed class UpdateHandler(ObjectWriter objects, TimeProvider time)
{
    public async Task HandleAsync(ApiRequest request, Kind kind, UpdateScope scope)
    {
        Api.IResource value;
        using (var body = await BodyDecoder.ReadAsync(request, kind))
        {
            value = BodyDecoder.Decode(request, kind, body.Json);
        }

        var info = request.Info;
        Addressing.Check(kind, value, info.Namespace, info.Name);
        var createsWhereAbsent = scope == UpdateScope.Main && kind.Rules.CreatesOnUpdate && value.Metadata.ResourceVersion.Length == 0;
        var outcome = await objects.UpdateAsync(kind, info.Namespace, info.Name, _ => value, scope, request.Write, request.Aborted, createsWhereAbsent ? New : null);
        await Responses.WriteObjectAsync(request, outcome.IsCreated ? 201 : 200, kind, outcome.Object, time);

        Api.IResource New() => value.Metadata.UID is { Length: > 0 } uid ? throw ObjectWriter.OtherUid(kind, info.Namespace, info.Name, uid, "") : value;
    }
}
