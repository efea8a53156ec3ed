using System.Globalization;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Tokens;

/// <summary>
/// Keeps the day since when the use of tokens in Secrets is noted, where controllers look for it: what was used before looks as if it
/// never was.
/// </summary>
internal sealed partial class TokenTracking
{
    private const string Namespace = "kube-system";
    private const string Name = "kube-apiserver-legacy-service-account-token-tracking";
    private const string Since = "since";
    private const string DayFormat = "yyyy-MM-dd";

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
        var key = maps.Key(Namespace, Name);
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
        if (await objects.FindAsync(maps, maps.Key(Namespace, Name), ct) is { } found)
        {
            if (!IsDay(((ConfigMap)found.Value).Data.Find(Since)))
            {
                await objects.UpdateAsync(maps, Namespace, Name, current => WithDay((ConfigMap)current.Value), UpdateScope.Main, write, ct);
            }

            return;
        }

        try
        {
            await objects.CreateAsync(maps, Namespace, WithDay(new ConfigMap { Metadata = new ObjectMeta { Name = Name, Namespace = Namespace } }), write, ct);
        }
        catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists)
        {
            // Another server of the cluster was faster.
        }
    }

    private static bool IsDay(string? text) => DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private ConfigMap WithDay(ConfigMap map) =>
        IsDay(map.Data.Find(Since)) ? map : map with { Data = map.Data.With(Since, time.GetUtcNow().ToString(DayFormat, CultureInfo.InvariantCulture)) };

    [LoggerMessage(LogLevel.Warning, "could not write down since when the use of tokens is noted")]
    private partial void LogNotKept(Exception cause);
}
