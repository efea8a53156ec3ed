using System.Buffers;
using System.IO.Pipelines;
using Navarch.Api.Json;
using Navarch.ApiServer.Media;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Handlers;

/// <summary>GET of a collection.</summary>
internal sealed class ListHandler(Cache cache, TimeProvider time)
{
    // What is copied before the connection is asked whether it can take more.
    private const int BytesPerFlush = 256 * 1024;

    public async Task HandleAsync(ApiRequest request, Kind kind)
    {
        var format = request.Format();
        var page = await ListPage.ReadAsync(ListRequest.Of(kind, request.Info.Namespace, request.Options), cache, time, request.Aborted);
        if (format is { Form: Form.Object, Encoding: OutputEncoding.Json } && !request.IsPretty)
        {
            await WriteBytesAsync(request, kind, page);
            return;
        }

        var writer = new ApiWriter(64 * 1024);
        switch (format.Form)
        {
            case Form.Table:
                var table = new TableWriter(kind, format.TypeVersion, request.Options.IncludeObject, time.GetUtcNow());
                table.Begin(writer, page.Metadata);
                foreach (var item in page.Items)
                {
                    table.WriteRow(writer, item);
                }

                TableWriter.End(writer);
                break;
            case Form.PartialMetadata:
                WriteHead(writer, "PartialObjectMetadataList", "meta.k8s.io/" + format.TypeVersion, page);
                foreach (var item in page.Items)
                {
                    writer.Element();
                    PartialMetadata.WriteItem(writer, item);
                }

                writer.Raw("]}"u8);
                break;
            default:
                WriteHead(writer, kind.Type.ListKind, kind.Type.ApiVersion, page);
                foreach (var item in page.Items)
                {
                    writer.Element();
                    writer.Raw("{"u8);
                    writer.Raw(item.ItemTail);
                }

                writer.Raw("]}"u8);
                break;
        }

        await Responses.WriteAsync(request, 200, writer.Written, format.Encoding);
    }

    // The hot path of a list: nothing but copies of the bytes that the cache holds. 10,000 pods are 60 MB.
    private static async Task WriteBytesAsync(ApiRequest request, Kind kind, ListPage page)
    {
        var head = new ApiWriter(256);
        WriteHead(head, kind.Type.ListKind, kind.Type.ApiVersion, page);
        var length = (long)head.Length + 3;
        foreach (var item in page.Items)
        {
            length += item.Json.Length - kind.TypePrefix.Length + 1;
        }

        if (page.Items.Count > 0)
        {
            length--;
        }

        var response = request.Http.Response;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-cache, private";
        response.ContentLength = length;
        if (request.Http.Request.Method == "HEAD")
        {
            return;
        }

        var output = response.BodyWriter;
        output.Write(head.Written.Span);
        var unflushed = 0;
        for (var i = 0; i < page.Items.Count; i++)
        {
            unflushed += WriteItem(output, page.Items[i], isFirst: i == 0);
            if (unflushed >= BytesPerFlush)
            {
                unflushed = 0;
                var flushed = await output.FlushAsync(request.Aborted);
                if (flushed.IsCompleted || flushed.IsCanceled)
                {
                    return;
                }
            }
        }

        output.Write("]}\n"u8);
        await output.FlushAsync(request.Aborted);
    }

    private static int WriteItem(PipeWriter output, StoredObject item, bool isFirst)
    {
        var tail = item.ItemTail;
        output.Write(isFirst ? "{"u8 : ",{"u8);
        output.Write(tail);
        return tail.Length + 2;
    }

    private static void WriteHead(ApiWriter writer, string kind, string apiVersion, ListPage page)
    {
        writer.Raw("{\"kind\":"u8);
        writer.String(kind);
        writer.Raw(",\"apiVersion\":"u8);
        writer.String(apiVersion);
        writer.Raw(",\"metadata\":"u8);
        page.Metadata.Write(writer);
        writer.Raw(",\"items\":["u8);
    }
}
