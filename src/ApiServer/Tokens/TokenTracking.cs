using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Tokens;

namespace Navarch.ApiServer.Tokens;

/// <summary>
/// Keeps the day since when the use of tokens in Secrets is noted, where controllers look for it: what was used before looks as if it
/// never was.
/// </summary>
internal sealed partial class TokenTracking
{
    private readonly Kind maps;
    private readonly ObjectWriter objects;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly RepairLoop loop;

    public TokenTracking(Catalog catalog, ObjectWriter objects, TimeProvider time, ILogger log)
    {
        (maps, this.objects, this.time, this.log) = (catalog.Get<ConfigMap>(), objects, time, log);
        loop = new RepairLoop(EnsureAsync, time, LogNotKept);
    }

    /// <summary>Notices from now on when somebody changes or deletes it.</summary>
    public void Attach()
    {
        var key = maps.Key(TokenSecrets.TrackingNamespace, TokenSecrets.TrackingName);
        maps.Objects.Applying += change =>
        {
            if (change.Key == key)
            {
                loop.Notice();
            }
        };
    }

    /// <summary>Ends by cancellation.</summary>
    public Task KeepAsync(CancellationToken ct) => loop.KeepAsync(ct);

    public async Task EnsureAsync(CancellationToken ct)
    {
        var write = new WriteOptions(UserInfo.Server);
        if (await objects.FindAsync(maps, maps.Key(TokenSecrets.TrackingNamespace, TokenSecrets.TrackingName), ct) is { } found)
        {
            if (!TokenSecrets.IsDay(((ConfigMap)found.Value).Data.Find(TokenSecrets.TrackedSince)))
            {
                await objects.UpdateAsync(maps, TokenSecrets.TrackingNamespace, TokenSecrets.TrackingName, current => WithDay((ConfigMap)current.Value), UpdateScope.Main, write, ct);
            }

            return;
        }

        try
        {
            await objects.CreateAsync(maps, TokenSecrets.TrackingNamespace, WithDay(new ConfigMap { Metadata = new ObjectMeta { Name = TokenSecrets.TrackingName, Namespace = TokenSecrets.TrackingNamespace } }), write, ct);
        }
        catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists)
        {
            // Another server of the cluster was faster.
        }
    }

    private ConfigMap WithDay(ConfigMap map) =>
        TokenSecrets.IsDay(map.Data.Find(TokenSecrets.TrackedSince)) ? map : map with { Data = map.Data.With(TokenSecrets.TrackedSince, TokenSecrets.Day(time.GetUtcNow())) };

    [LoggerMessage(LogLevel.Warning, "could not write down since when the use of tokens is noted")]
    private partial void LogNotKept(Exception cause);
}
