using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>DELETE of an object or of all that a selection matches.</summary>
internal sealed class DeleteHandler(ObjectWriter objects, Cache cache, TimeProvider time)
{
    // Of one collection in flight at once: writes that come together share a commit, and others have their turn.
    private const int DeletionsMax = 16;

    public async Task HandleAsync(ApiRequest request, Kind kind)
    {
        var info = request.Info;
        var (options, write) = await OptionsAsync(request);
        var outcome = await objects.DeleteAsync(kind, info.Namespace, info.Name, options, write, request.Aborted);
        if (outcome.IsGone && !ReturnsObject(kind))
        {
            await Responses.WriteAsync(request, 200, new Status
            {
                StatusValue = "Success",
                Details = new StatusDetails { Name = info.Name, Group = kind.Type.Group, Kind = kind.Type.Plural, UID = outcome.Object.Value.Metadata.UID },
            });
            return;
        }

        // Not gone yet, for one who asked for what depends on it to go too: accepted, not done.
        await Responses.WriteObjectAsync(request, !outcome.IsGone && options.OrphanDependents == false ? 202 : 200, kind, outcome.Object, time);
    }

    public async Task HandleCollectionAsync(ApiRequest request, Kind kind)
    {
        var (options, write) = await OptionsAsync(request);
        var format = request.Format(Offer.Forms);
        var page = await ListPage.ReadAsync(ListRequest.Of(kind, request.Info.Namespace, request.Options), cache, time, request.Aborted);
        var gone = await DeleteAllAsync(kind, page.Items, options, write, request.Aborted);
        await ListAnswer.WriteAsync(request, kind, page with { Items = gone }, format, time);
    }

    /// <returns>What was deleted, in order.</returns>
    /// <exception cref="StatusException">The first refusal, in order. What else is deleted by then stays deleted.</exception>
    private async Task<List<StoredObject>> DeleteAllAsync(Kind kind, IReadOnlyList<StoredObject> items, DeleteOptions options, WriteOptions write, CancellationToken ct)
    {
        var gone = new StoredObject?[items.Count];
        var refusals = new StatusException?[items.Count];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(DeletionsMax, items.Count)).Select(_ => WorkAsync()));
        return Array.Find(refusals, static refusal => refusal is not null) is { } first ? throw first : [.. gone.OfType<StoredObject>()];

        // A refusal ends one worker: the others go on, and where everything is refused nobody is asked about thousands.
        async Task WorkAsync()
        {
            while (Interlocked.Increment(ref next) is var i && i < items.Count)
            {
                // Lists are not for several threads.
                var own = new WriteOptions(write.User) { IsDryRun = write.IsDryRun, Audit = write.Audit };
                try
                {
                    gone[i] = (await objects.DeleteAsync(kind, items[i].Namespace, items[i].Name, options, own, ct)).Object;
                }
                catch (StatusException e) when (e.Status.Code == 404)
                {
                    // Somebody else was faster. It is gone, which is what was asked.
                }
                catch (StatusException e)
                {
                    refusals[i] = e;
                    return;
                }
                finally
                {
                    lock (write.Warnings)
                    {
                        write.Warnings.AddRange(own.Warnings);
                    }
                }
            }
        }
    }

    // What upstream answers with the object as it was, not with a Status.
    private static bool ReturnsObject(Kind kind) => kind.Type.Group.Length == 0
        && kind.Type.Kind is "Pod" or "Service" or "ServiceAccount" or "PersistentVolume" or "PersistentVolumeClaim" or "ResourceQuota" or "PodTemplate";

    private static async Task<(DeleteOptions Options, WriteOptions Write)> OptionsAsync(ApiRequest request)
    {
        var query = request.Options;
        var options = DeleteOptions.Empty with
        {
            GracePeriodSeconds = query.GracePeriodSeconds,
            PropagationPolicy = query.PropagationPolicy,
            OrphanDependents = query.OrphanDependents,
            DryRun = query.DryRun,
            IgnoreStoreReadErrorWithClusterBreakingPotential = query.IgnoreReadError,
        };
        using (var body = await BodyDecoder.ReadAsync(request, BodyDecoder.JsonOf<DeleteOptions>))
        {
            if (!body.IsEmpty)
            {
                options = BodyDecoder.Decode<DeleteOptions>(body.Json, "DeleteOptions", "v1");
            }
        }

        OptionRules.CheckDelete(options);
        return (options, new WriteOptions(request.User) { IsDryRun = query.IsDryRun || options.DryRun.Count > 0, Audit = AuditRecord.Of(request.Http), Warnings = request.Warnings });
    }
}
