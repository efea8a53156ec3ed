using System.Buffers;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Media;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Handlers;

/// <summary>Writes the events of one watch in the form its reader asked for.</summary>
internal sealed class WatchFrames(Kind kind, OutputFormat format, string includeObject, TimeProvider time)
{
    private readonly bool isProtobuf = format.Encoding == OutputEncoding.Protobuf;

    // Tables and partial objects are made per watcher; the plain form is bytes that all share.
    private readonly ApiWriter? writer = format.Form == Form.Object ? null : new ApiWriter();
    private bool hasColumns;

    /// <summary>Each event is a line; else it is a message behind its length.</summary>
    public bool IsText => !isProtobuf;

    public string ContentType => isProtobuf ? OutputFormat.ProtobufType + ";stream=watch" : "application/json";

    public void Write(IBufferWriter<byte> output, WatchItem item)
    {
        if (isProtobuf)
        {
            var shown = kind.Show(item.Object);
            var envelope = format.Form == Form.PartialMetadata ? PartialProtobuf.Write(shown, format.TypeVersion) : shown.Protobuf;
            ProtobufFrames.Write(output, ProtobufFrames.Type(item.Type), envelope.Span);
            return;
        }

        if (writer is null)
        {
            WatchFrame.Write(output, item.Type, kind.Show(item.Object).Json);
            return;
        }

        writer.Reset();
        if (format.Form == Form.Table)
        {
            var table = new TableWriter(kind, format.TypeVersion, includeObject, time.GetUtcNow());
            if (hasColumns)
            {
                table.LeaveOutColumns();
            }

            hasColumns = true;
            table.WriteTable(writer, item.Object);
        }
        else
        {
            PartialMetadata.Write(writer, kind.Show(item.Object), format.TypeVersion);
        }

        WatchFrame.Write(output, item.Type, writer.Written.Span);
    }

    public void WriteBookmark(IBufferWriter<byte> output, long revision, bool endsInitialEvents)
    {
        var metadata = new ObjectMeta
        {
            ResourceVersion = Revisions.Text(revision),
            Annotations = endsInitialEvents ? [new("k8s.io/initial-events-end", "true")] : [],
        };
        if (isProtobuf)
        {
            var envelope = format.Form == Form.PartialMetadata ? PartialProtobuf.Bookmark(metadata, format.TypeVersion) : Kind.ToProtobuf(kind.Bookmark(metadata));
            ProtobufFrames.Write(output, ProtobufFrames.Bookmark, envelope);
            return;
        }

        var mark = new ApiWriter(256);
        mark.Raw("{"u8);
        if (format.Form == Form.Table)
        {
            mark.Raw("\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{\"resourceVersion\":"u8);
            mark.String(Revisions.Text(revision));
            mark.Raw("},\"columnDefinitions\":[],\"rows\":[]}"u8);
        }
        else
        {
            mark.Raw(format.Form == Form.PartialMetadata ? "\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\","u8 : kind.TypePrefix);
            mark.Raw("\"metadata\":"u8);
            metadata.Write(mark);
            mark.Raw("}"u8);
        }

        WatchFrame.Write(output, WatchFrame.Bookmark, mark.Written.Span);
    }

    /// <summary>The last event of a watch that cannot go on.</summary>
    public void WriteError(IBufferWriter<byte> output, Status status)
    {
        if (isProtobuf)
        {
            ProtobufFrames.Write(output, ProtobufFrames.Error, ApiProto.ToBytes(status));
            return;
        }

        WatchFrame.Write(output, WatchFrame.Error, ApiJson.ToUtf8(status));
    }
}
