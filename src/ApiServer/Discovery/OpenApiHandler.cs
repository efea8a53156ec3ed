using System.Collections.Concurrent;
using Navarch.Api.Autoscaling.V1;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Reviews;
using Navarch.Machinery.Errors;
using Navarch.Machinery.OpenApi;

namespace Navarch.ApiServer.Discovery;

/// <summary>
/// Serves the OpenAPI documents. Clients keep them by their hash, so they are asked for rarely: they are made when they are,
/// and kept only for as long as memory is not wanted for something better.
/// </summary>
internal sealed class OpenApiHandler
{
    private const string V2ProtobufAccept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    private const string V2ProtobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private readonly TimeProvider time;
    private readonly OpenApiDocuments documents;
    private readonly ConcurrentDictionary<string, WeakReference<byte[]>> made = new(StringComparer.Ordinal);

    public OpenApiHandler(Catalog catalog, IEnumerable<ISubresource> subresources, IEnumerable<Review> reviews, TimeProvider time)
    {
        this.time = time;
        var handlers = subresources.ToList();
        documents = new OpenApiDocuments(
            [.. catalog.Kinds.Select(kind => Describe(kind, handlers)), .. reviews.Select(review => new OpenApiResource(review.Type, review.Schema, Review.Verbs))],
            "v1.36.0");
    }

    /// <summary>Answers if the path is one of OpenAPI's; null otherwise.</summary>
    public Task? TryHandle(ApiRequest request)
    {
        var path = request.Info.Path.TrimEnd('/');
        if (request.Info.Verb is not ("get" or "head") || !path.StartsWith("/openapi/", StringComparison.Ordinal))
        {
            return null;
        }

        return path switch
        {
            "/openapi/v2" => WriteV2Async(request),
            "/openapi/v3" => WriteAsync(request, "", "application/json", "v3", documents.V3Index),
            _ when path.StartsWith("/openapi/v3/", StringComparison.Ordinal) => WriteV3Async(request, path["/openapi/v3/".Length..]),
            _ => null,
        };
    }

    private static OpenApiResource Describe(Kind kind, List<ISubresource> handlers)
    {
        var subresources = handlers.Select(handler => handler.Describe(kind)).OfType<SubresourceType>().Select(type => new OpenApiSubresource(type.Name, type.Verbs)
        {
            Body = BodyOf(type),
            IsConnection = type.Name is "exec" or "attach" or "portforward" or "proxy" or "log",
            OptionsKind = type.ResponseKind.EndsWith("Options", StringComparison.Ordinal) ? type.ResponseKind : "",
        });
        return new OpenApiResource(kind.Type, kind.Schema, kind.Rules.Verbs)
        {
            Subresources = [.. kind.Rules.HasStatus ? [new OpenApiSubresource("status", ["get", "patch", "update"])] : Array.Empty<OpenApiSubresource>(), .. subresources],
        };
    }

    private static Api.Schema? BodyOf(SubresourceType type) => type.ResponseKind switch
    {
        "Scale" => Scale.Schema,
        "Binding" => Api.Core.V1.Binding.Schema,
        "Eviction" => Api.Policy.V1.Eviction.Schema,
        "TokenRequest" => Api.Authentication.V1.TokenRequest.Schema,
        _ => null,
    };

    private Task WriteV2Async(ApiRequest request) =>
        request.Http.Request.Headers.Accept.ToString().Contains(V2ProtobufAccept, StringComparison.Ordinal)
            ? WriteAsync(request, "", V2ProtobufType, "v2.pb", documents.V2Protobuf)
            : WriteAsync(request, "", "application/json", "v2", documents.V2Json);

    private Task WriteV3Async(ApiRequest request, string root)
    {
        if (!documents.Roots.Contains(root))
        {
            throw StatusErrors.NotFoundPath().AsException();
        }

        var asked = request.Http.Request.Query["hash"].ToString();
        if (asked.Length > 0)
        {
            var hash = documents.Hash(root);
            if (asked != hash)
            {
                request.Http.Response.StatusCode = 301;
                request.Http.Response.Headers.Location = $"/openapi/v3/{root}?hash={hash}";
                return Task.CompletedTask;
            }
        }

        return WriteAsync(request, root, "application/json", "v3/" + root, () => documents.V3(root)!, isForEver: asked.Length > 0);
    }

    private Task WriteAsync(ApiRequest request, string root, string type, string key, Func<byte[]> make, bool isForEver = false)
    {
        var response = request.Http.Response;
        var tag = $"\"{documents.Hash(root)}\"";
        response.Headers.ETag = tag;
        response.Headers.Vary = "Accept";
        if (request.Http.Request.Headers.IfNoneMatch == tag)
        {
            response.StatusCode = 304;
            return Task.CompletedTask;
        }

        if (!made.TryGetValue(key, out var reference) || !reference.TryGetTarget(out var body))
        {
            body = make();
            made[key] = new WeakReference<byte[]>(body);
        }

        if (isForEver)
        {
            // An address that names the hash never means anything else.
            response.Headers.CacheControl = "public, immutable";
            response.Headers.Expires = time.GetUtcNow().AddYears(1).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        }

        return Responses.WriteBytesAsync(request.Http, 200, type, body, endsLine: false);
    }
}
