using System.Buffers;
using System.IO.Pipelines;
using Navarch.Api.Json;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Media;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Handlers;

/// <summary>Writes a page of objects in the form the client asked for.</summary>
internal static class ListAnswer
{
    // What is copied before the connection is asked whether it can take more.
    private const int BytesPerFlush = 256 * 1024;

    public static Task WriteAsync(ApiRequest request, Kind kind, ListPage page, OutputFormat format, TimeProvider time)
    {
        var isPlain = format.Form == Form.Object;
        if (kind.Hub != kind && format.Form != Form.Table)
        {
            page = page with { Items = page.Items.ConvertAll(item => kind.Show(item)) };
        }

        if (isPlain && format.Encoding == OutputEncoding.Json && !request.IsPretty && !format.Pretty)
        {
            return WriteJsonAsync(request, kind, page);
        }

        if (format.Encoding == OutputEncoding.Protobuf)
        {
            return isPlain
                ? WriteProtobufAsync(request, kind, page)
                : Responses.WriteProtobufAsync(request, 200, PartialProtobuf.WriteList(page.Metadata, page.Items, format.TypeVersion));
        }

        return Responses.WriteAsync(request, 200, Json(kind, page, format, request.Options.IncludeObject, time), format);
    }

    private static ReadOnlyMemory<byte> Json(Kind kind, ListPage page, OutputFormat format, string includeObject, TimeProvider time)
    {
        var writer = new ApiWriter(64 * 1024);
        switch (format.Form)
        {
            case Form.Table:
                var table = new TableWriter(kind, format.TypeVersion, includeObject, time.GetUtcNow());
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

        return writer.Written;
    }

    // The hot path of a list: nothing but copies of the bytes that the cache holds. 10,000 pods are 60 MB.
    private static async Task WriteJsonAsync(ApiRequest request, Kind kind, ListPage page)
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

        await using var body = Begin(request, "application/json", length);
        if (body.Output is not { } output)
        {
            return;
        }

        output.Write(head.Written.Span);
        var unflushed = 0;
        for (var i = 0; i < page.Items.Count; i++)
        {
            unflushed += WriteItem(output, page.Items[i], isFirst: i == 0);
            if (unflushed >= BytesPerFlush)
            {
                unflushed = 0;
                if (!await FlushAsync(output, request.Aborted))
                {
                    return;
                }
            }
        }

        output.Write("]}\n"u8);
        await output.FlushAsync(request.Aborted);
    }

    // {1 metadata, 2 items}: a message says how long it is before it begins, so the items are gathered first.
    private static async Task WriteProtobufAsync(ApiRequest request, Kind kind, ListPage page)
    {
        var messages = new ReadOnlyMemory<byte>[page.Items.Count];
        var writer = new ProtoWriter(256);
        var end = writer.BeginMessage();
        page.Metadata.WriteProto(writer);
        writer.EndMessage(1, end);
        var metadata = writer.Written;
        var length = (long)metadata.Length;
        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = ApiProto.MessageIn(page.Items[i].Protobuf);
            length += 1 + ProtobufFrames.VarintLength(messages[i].Length) + messages[i].Length;
        }

        var head = ApiProto.Head(length, kind.Type.ApiVersion, kind.Type.ListKind);
        await using var body = Begin(request, OutputFormat.ProtobufType, head.Length + length + ApiProto.Tail.Length);
        if (body.Output is not { } output)
        {
            return;
        }

        output.Write(head);
        output.Write(metadata.Span);
        var unflushed = 0;
        foreach (var message in messages)
        {
            unflushed += WriteItem(output, message.Span);
            if (unflushed >= BytesPerFlush)
            {
                unflushed = 0;
                if (!await FlushAsync(output, request.Aborted))
                {
                    return;
                }
            }
        }

        output.Write(ApiProto.Tail);
        await output.FlushAsync(request.Aborted);
    }

    private static Body Begin(ApiRequest request, string contentType, long length)
    {
        var response = request.Http.Response;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-cache, private";
        if (length > Gzip.BytesMin && Gzip.IsAccepted(request.Http))
        {
            var gzip = Gzip.Begin(request.Http);
            return new Body(PipeWriter.Create(gzip, new StreamPipeWriterOptions(leaveOpen: true, minimumBufferSize: 64 * 1024)), gzip);
        }

        response.ContentLength = length;
        return new Body(request.Http.Request.Method == "HEAD" ? null : response.BodyWriter, null);
    }

    private static async ValueTask<bool> FlushAsync(PipeWriter output, CancellationToken ct)
    {
        var flushed = await output.FlushAsync(ct);
        return !flushed.IsCompleted && !flushed.IsCanceled;
    }

    private static int WriteItem(PipeWriter output, StoredObject item, bool isFirst)
    {
        var tail = item.ItemTail;
        output.Write(isFirst ? "{"u8 : ",{"u8);
        output.Write(tail);
        return tail.Length + 2;
    }

    private static int WriteItem(PipeWriter output, ReadOnlySpan<byte> message)
    {
        Span<byte> head = stackalloc byte[8];
        head[0] = (2 << 3) | 2;
        var length = 1 + ProtobufFrames.WriteVarint(head[1..], message.Length);
        output.Write(head[..length]);
        output.Write(message);
        return length + message.Length;
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

    /// <summary>Where the answer goes: the connection, or a compressor before it. No output where none is wanted.</summary>
    private readonly struct Body(PipeWriter? output, Stream? gzip) : IAsyncDisposable
    {
        public PipeWriter? Output => output;

        public async ValueTask DisposeAsync()
        {
            if (gzip is not null)
            {
                await output!.CompleteAsync();
                await gzip.DisposeAsync();
            }
        }
    }
}
