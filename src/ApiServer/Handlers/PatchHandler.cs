using Navarch.Api;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>PATCH of an object, or of its status.</summary>
internal sealed class PatchHandler(ObjectWriter objects, IAuthorizer authorizer, TimeProvider time)
{
    public async Task HandleAsync(ApiRequest request, Kind kind, UpdateScope scope)
    {
        if (request.Write.IsApply)
        {
            await ApplyAsync(request, kind, scope);
            return;
        }

        var patch = await ReadAsync(request, kind.Schema);
        var info = request.Info;
        var outcome = await objects.UpdateAsync(kind, info.Namespace, info.Name, Apply, scope, request.Write, request.Aborted);
        await Responses.WriteObjectAsync(request, 200, kind, outcome.Object, time);

        IResource Apply(StoredObject current)
        {
            request.Warnings.Clear(); // Of an attempt that lost against another writer.
            var value = patch.Apply(kind, current, (problems, shown) => Report(request, problems, shown));
            if (value.Metadata.Name != current.Name || value.Metadata.Namespace != current.Namespace)
            {
                Addressing.Check(kind, value, info.Namespace, info.Name);
            }

            return value;
        }
    }

    private async Task ApplyAsync(ApiRequest request, Kind kind, UpdateScope scope)
    {
        var info = request.Info;
        ApplyBody apply;
        using (var body = await RequestBody.ReadAsync(request.Http))
        {
            apply = ApplyBody.Parse(kind, body.Span, request.Options.FieldManager, info.Subresource, request.Options.Force == true, time.GetUtcNow());
        }

        BodyDecoder.Report(request, kind, apply.Problems);
        var refusal = scope == UpdateScope.Main ? await CreateRight.FindRefusalAsync(authorizer, request.User, info, request.Aborted) : null;
        var outcome = await objects.UpdateAsync(
            kind, info.Namespace, info.Name, Named, scope, request.Write, request.Aborted, scope == UpdateScope.Main ? New : null);
        await Responses.WriteObjectAsync(request, outcome.IsCreated ? 201 : 200, kind, outcome.Object, time);

        IResource New() => refusal is not null ? throw refusal : Named(null);

        IResource Named(StoredObject? current)
        {
            var value = apply.Apply(current);
            Addressing.Check(kind, value, info.Namespace, info.Name);
            return value;
        }
    }

    /// <exception cref="StatusException">400, 413, 415.</exception>
    public static async Task<PatchBody> ReadAsync(ApiRequest request, Schema schema)
    {
        var type = BodyDecoder.MediaType(request.Http.Request.ContentType);
        if (Array.IndexOf(PatchBody.MediaTypes, type) < 0)
        {
            throw StatusErrors.UnsupportedMediaType(PatchBody.MediaTypes).AsException();
        }

        using var body = await RequestBody.ReadAsync(request.Http);
        return PatchBody.Parse(type, body.Span, schema);
    }

    private static void Report(ApiRequest request, IReadOnlyList<string> problems, Func<string> shown)
    {
        if (problems.Count == 0 || request.Options.FieldValidation == "Ignore")
        {
            return;
        }

        if (request.Options.FieldValidation == "Strict")
        {
            throw PatchBody.Invalid(shown(), "strict decoding error: " + string.Join(", ", problems));
        }

        request.Warnings.AddRange(problems);
    }
}
