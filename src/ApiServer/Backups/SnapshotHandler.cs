using System.Globalization;
using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Pipeline;
using Navarch.Storage;
using Navarch.Storage.Snapshots;

namespace Navarch.ApiServer.Backups;

/// <summary>
/// GET <c>/navarch/v1/snapshot</c>: everything that is stored, at one revision, as it is stored, while others write. What is
/// encrypted stays so. Memory is that of a page, whatever the size of the store.
/// </summary>
internal sealed partial class SnapshotHandler(IRevisionStore store, ILogger log)
{
    public const string Path = "/navarch/v1/snapshot";

    public Task? TryHandle(ApiRequest request)
    {
        if (request.Info is not { Verb: "get", Path: Path })
        {
            return null;
        }

        Operators.Require(request);
        return WriteAsync(request);
    }

    private async Task WriteAsync(ApiRequest request)
    {
        var response = request.Http.Response;
        var (count, revision) = (0L, 0L);
        try
        {
            await foreach (var page in store.RangePagesAsync(StoredObjects.Root, request.Aborted))
            {
                if (revision == 0)
                {
                    revision = page.Revision;
                    response.ContentType = "application/octet-stream";
                    response.Headers["Navarch-Store"] = store.IsShared ? "etcd" : "sqlite";
                    response.Headers["Navarch-Revision"] = revision.ToString(CultureInfo.InvariantCulture);
                }

                foreach (var entry in page.Entries.Where(static entry => StoredObjects.Include(entry.Key)))
                {
                    EntryRecord.Write(response.BodyWriter, entry);
                    count++;
                    if (response.BodyWriter.UnflushedBytes > 1 << 20)
                    {
                        await response.BodyWriter.FlushAsync(request.Aborted);
                    }
                }

                await response.BodyWriter.FlushAsync(request.Aborted);
            }

            EntryRecord.WriteEnd(response.BodyWriter, count, revision);
            await response.BodyWriter.FlushAsync(request.Aborted);
        }
        catch (Exception e) when (response.HasStarted)
        {
            // The reader misses the end and knows that it has not got everything.
            LogInterrupted(count, e);
            request.Http.Abort();
        }
    }

    [LoggerMessage(LogLevel.Warning, "a snapshot ended early, after {Count} objects")]
    private partial void LogInterrupted(long count, Exception cause);
}
