using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Handlers;

/// <summary>PUT of an object, or of its status.</summary>
internal sealed class UpdateHandler(ObjectWriter objects, IAuthorizer authorizer, TimeProvider time)
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
        var refusal = createsWhereAbsent ? await CreateRight.FindRefusalAsync(authorizer, request.User, info, request.Aborted) : null;
        var outcome = await objects.UpdateAsync(kind, info.Namespace, info.Name, _ => value, scope, request.Write, request.Aborted, createsWhereAbsent ? New : null);
        await Responses.WriteObjectAsync(request, outcome.IsCreated ? 201 : 200, kind, outcome.Object, time);

        Api.IResource New() => refusal is not null ? throw refusal : value.Metadata.UID is { Length: > 0 } uid ? throw ObjectWriter.OtherUid(kind, info.Namespace, info.Name, uid, "") : value;
    }
}
