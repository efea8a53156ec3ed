using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>What somebody asks of a subresource, whether over HTTPS or within the process.</summary>
/// <param name="Verb">get, create, update or patch.</param>
/// <param name="Body">JSON, or a patch of <paramref name="MediaType"/>.</param>
internal sealed record SubresourceCall(Kind Kind, string Verb, string Namespace, string Name, ReadOnlyMemory<byte> Body, string MediaType, WriteOptions Write);

/// <summary>A subresource that takes an object and answers with one.</summary>
internal abstract class ObjectSubresource : ISubresource
{
    public abstract SubresourceType? Describe(Kind kind);

    /// <exception cref="StatusException">Nothing was changed.</exception>
    public abstract Task<SubresourceAnswer> InvokeAsync(SubresourceCall call, CancellationToken ct);

    /// <summary>The JSON of a body that came as protobuf.</summary>
    protected virtual byte[] JsonOf(ApiProto.Envelope envelope) => throw StatusErrors.UnsupportedMediaType(["application/json", "application/yaml"]).AsException();

    public async Task HandleAsync(ApiRequest request, Kind kind)
    {
        var info = request.Info;
        if (!Describe(kind)!.Verbs.Contains(info.Verb))
        {
            throw StatusErrors.MethodNotAllowed().AsException();
        }

        var type = BodyDecoder.MediaType(request.Http.Request.ContentType);
        SubresourceAnswer answer;
        if (info.Verb == "patch")
        {
            using var patch = await RequestBody.ReadAsync(request.Http);
            answer = await InvokeAsync(new SubresourceCall(kind, info.Verb, info.Namespace, info.Name, patch.Memory, type, request.Write), request.Aborted);
        }
        else if (info.Verb == "get")
        {
            answer = await InvokeAsync(new SubresourceCall(kind, info.Verb, info.Namespace, info.Name, default, "", request.Write), request.Aborted);
        }
        else
        {
            using var body = await BodyDecoder.ReadAsync(request, JsonOf);
            answer = await InvokeAsync(new SubresourceCall(kind, info.Verb, info.Namespace, info.Name, body.Memory, type, request.Write), request.Aborted);
        }

        await answer.WriteAsync(request);
    }
}

/// <summary>What a subresource answers with: an object as it is stored, or one made for the answer.</summary>
internal sealed class SubresourceAnswer
{
    private readonly StoredObject? stored;
    private readonly IApiObject? made;

    private SubresourceAnswer(int code, StoredObject? stored, IApiObject? made)
    {
        Code = code;
        this.stored = stored;
        this.made = made;
    }

    public int Code { get; }

    public ReadOnlyMemory<byte> Json => stored?.Json ?? ApiJson.ToUtf8(made!);

    public static SubresourceAnswer Of(int code, IApiObject value) => new(code, null, value);

    public static SubresourceAnswer Of(int code, StoredObject value) => new(code, value, null);

    public Task WriteAsync(ApiRequest request) => stored is null
        ? Responses.WriteAsync(request, Code, made!)
        : Responses.WriteAsync(request, Code, stored, request.Format(Offer.Plain));
}
