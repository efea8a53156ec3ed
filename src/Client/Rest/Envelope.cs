using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;

namespace Navarch.Client;

/// <summary>Reads what the API wraps around objects: lists, watch events, errors.</summary>
internal static class Envelope
{
    /// <exception cref="ApiJsonException">This is no list of <typeparamref name="T"/>.</exception>
    public static ResourceList<T> List<T>(ReadOnlySpan<byte> utf8) where T : class, IResource<T>
    {
        var reader = new ApiReader(utf8);
        reader.Start();
        var metadata = ListMeta.Empty;
        IReadOnlyList<T> items = [];
        var seen = 0UL;
        if (reader.BeginObject(T.ResourceType.ListKind))
        {
            while (reader.NextField())
            {
                if (reader.NameIs("items"u8))
                {
                    reader.Field("items", ref seen, 0);
                    items = reader.ReadList<T>(T.ResourceType.Kind);
                }
                else if (reader.NameIs("metadata"u8))
                {
                    reader.Field("metadata", ref seen, 1);
                    metadata = reader.Read<ListMeta>();
                }
                else if (reader.NameIs("kind"u8) || reader.NameIs("apiVersion"u8))
                {
                    reader.SkipTypeField();
                }
                else
                {
                    reader.UnknownField();
                }
            }
        }

        reader.End();
        return new ResourceList<T>(metadata, items);
    }

    /// <summary>One line of a watch. The type comes first in every server known, so one pass is enough; if not, two are.</summary>
    /// <exception cref="ApiException">The line is an ERROR event.</exception>
    public static WatchEvent<T> Event<T>(ReadOnlySpan<byte> utf8) where T : class, IResource<T>
    {
        if (!TryReadEvent<T>(utf8, "", out var type, out var change))
        {
            TryReadEvent(utf8, type, out _, out change);
        }

        return change;
    }

    /// <summary>The server's error, or one that says what came instead of it.</summary>
    public static ApiException Error(int code, ReadOnlySpan<byte> body)
    {
        try
        {
            var status = ApiJson.Parse<Status>(body);
            if (status.StatusValue == "Failure" || status.Reason.Length > 0)
            {
                return new ApiException(status.Code == 0 ? status with { Code = code } : status);
            }
        }
        catch (ApiJsonException)
        {
            // A proxy in between, or a server that is not one of Kubernetes.
        }

        const int textLengthMax = 500;
        var text = System.Text.Encoding.UTF8.GetString(body[..Math.Min(body.Length, textLengthMax)]).Trim();
        return ApiException.Of(code, ReasonOf(code), text.Length > 0 ? text : $"the server answered {code}");
    }

    private static bool TryReadEvent<T>(ReadOnlySpan<byte> utf8, string known, out string type, out WatchEvent<T> change)
        where T : class, IResource<T>
    {
        var reader = new ApiReader(utf8);
        reader.Start();
        type = known;
        T? item = null;
        var seen = 0UL;
        reader.BeginObject("WatchEvent");
        while (reader.NextField())
        {
            if (reader.NameIs("type"u8))
            {
                reader.Field("type", ref seen, 0);
                type = reader.ReadString();
            }
            else if (reader.NameIs("object"u8) && type.Length > 0)
            {
                reader.Field("object", ref seen, 1);
                if (type == "ERROR")
                {
                    throw new ApiException(reader.Read<Status>());
                }

                item = reader.Read<T>();
            }
            else
            {
                reader.UnknownField();
            }
        }

        reader.End();
        change = new WatchEvent<T>(TypeOf(type), item ?? T.Empty);
        return item is not null;
    }

    private static WatchEventType TypeOf(string type) => type switch
    {
        "ADDED" => WatchEventType.Added,
        "MODIFIED" => WatchEventType.Modified,
        "DELETED" => WatchEventType.Deleted,
        "BOOKMARK" => WatchEventType.Bookmark,
        _ => throw new ApiJsonException($"unknown type of watch event \"{type}\""),
    };

    private static string ReasonOf(int code) => code switch
    {
        400 => StatusReason.BadRequest,
        401 => StatusReason.Unauthorized,
        403 => StatusReason.Forbidden,
        404 => StatusReason.NotFound,
        405 => StatusReason.MethodNotAllowed,
        409 => StatusReason.Conflict,
        410 => StatusReason.Gone,
        415 => StatusReason.UnsupportedMediaType,
        422 => StatusReason.Invalid,
        429 => StatusReason.TooManyRequests,
        500 => StatusReason.InternalError,
        503 => StatusReason.ServiceUnavailable,
        504 => StatusReason.Timeout,
        _ => StatusReason.Unknown,
    };
}
