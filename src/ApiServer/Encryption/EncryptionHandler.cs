using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;
using Navarch.Storage;

namespace Navarch.ApiServer.Encryption;

/// <summary>
/// What operators ask and tell a server about its encryption: GET <c>/navarch/v1/encryption</c>, and POST to <c>rotate</c>,
/// <c>reencrypt</c> and <c>prune</c> below it. For the status everything stored is looked through; GET of <c>progress</c> costs nothing.
/// </summary>
internal sealed class EncryptionHandler(IRevisionStore store, Cache cache, ValueVault? vault, Reencryption? reencryption, TimeProvider time)
{
    private const string Root = "/navarch/v1/encryption";
    private const int UnreadableMax = 100;

    /// <summary>One at a time: what is counted must not change meanwhile.</summary>
    private readonly SemaphoreSlim pruning = new(1);

    public Task? TryHandle(ApiRequest request)
    {
        if (!request.Info.Path.StartsWith(Root, StringComparison.Ordinal))
        {
            return null;
        }

        Operators.Require(request);
        if (vault is null || reencryption is null)
        {
            throw StatusErrors.NotFoundPath().AsException();
        }

        vault.Refresh();
        return (request.Info.Verb, request.Info.Path[Root.Length..]) switch
        {
            ("get", "") => AnswerAsync(request, 200),
            ("get", "/progress") => AnswerProgressAsync(request, 200),
            ("post", "/rotate") => StartAsync(request, () => vault.AddKey(time)),
            ("post", "/reencrypt") => StartAsync(request, static () => { }),
            ("post", "/prune") => PruneAsync(request),
            _ => throw StatusErrors.NotFoundPath().AsException(),
        };
    }

    private Task StartAsync(ApiRequest request, Action before)
    {
        try
        {
            if (!reencryption!.TryStart(before))
            {
                throw UnderWay();
            }
        }
        catch (Exception e) when (e is EncryptionException or IOException or UnauthorizedAccessException)
        {
            throw StatusErrors.InternalError(e.Message).AsException();
        }

        return AnswerProgressAsync(request, 202);
    }

    private async Task PruneAsync(ApiRequest request)
    {
        await pruning.WaitAsync(request.Aborted);
        try
        {
            if (reencryption!.IsRunning)
            {
                throw UnderWay();
            }

            var before = vault!.Keys;
            var use = await KeyUse.ReadAsync(store, cache, before.Active.Name, request.Aborted);
            var unused = before.Keys.Skip(1).Where(key => !use.ByName.ContainsKey(key.Name)).ToList();
            if (unused.Count > 0)
            {
                vault.RemoveKeys([.. unused.Select(static key => key.Name)]);

                // From here on nobody begins to use them. What was begun before has arrived by now, or keeps its key.
                use = await KeyUse.ReadAsync(store, cache, before.Active.Name, CancellationToken.None);
                vault.ReturnKeys([.. unused.Where(key => use.ByName.ContainsKey(key.Name))]);
            }
        }
        finally
        {
            pruning.Release();
        }

        await AnswerAsync(request, 200);
    }

    private Task AnswerProgressAsync(ApiRequest request, int code) =>
        WriteAsync(request, code, reencryption!.Status(outdated: 0), EncryptionStatusJson.Default.ReencryptionStatus);

    private async Task AnswerAsync(ApiRequest request, int code)
    {
        var keys = vault!.Keys;
        var (run, wasRunning) = (reencryption!.Running, reencryption.IsRunning);
        var use = await KeyUse.ReadAsync(store, cache, keys.Active.Name, request.Aborted);
        var status = new EncryptionStatus
        {
            Resources = [.. cache.Collections.Where(static collection => collection.Kind.IsEncrypted).Select(static collection => collection.Kind.Type.GroupResource).Order(StringComparer.Ordinal)],
            Keys =
            [
                .. keys.Keys.Select((key, i) => new EncryptionKeyStatus(key.Name, key.Created, i == 0, use.ByName.GetValueOrDefault(key.Name))),
                .. use.ByName.Where(used => keys.Find(used.Key) is null).Select(static used => new EncryptionKeyStatus(used.Key, null, false, used.Value)),
            ],
            Plaintext = use.Plaintext,
            Outdated = use.Outdated,
            Unreadable = [.. Unreadable().Take(UnreadableMax)],
            Reencryption = reencryption.Status(use.Outdated, isSure: !wasRunning && run == reencryption.Running),
        };
        await WriteAsync(request, code, status, EncryptionStatusJson.Default.EncryptionStatus);
    }

    private static Task WriteAsync<T>(ApiRequest request, int code, T value, JsonTypeInfo<T> type) =>
        Responses.WriteBytesAsync(request.Http, code, "application/json", JsonSerializer.SerializeToUtf8Bytes(value, type), endsLine: true);

    private IEnumerable<UnreadableObject> Unreadable() =>
        from collection in cache.Collections
        from mark in collection.Unreadable ?? new Dictionary<string, string>()
        orderby collection.Kind.StoragePrefix, mark.Key
        select new UnreadableObject(collection.Kind.StoragePrefix + mark.Key, mark.Value);

    private static StatusException UnderWay() => new Status
    {
        StatusValue = "Failure",
        Code = 409,
        Reason = StatusReason.Conflict,
        Message = "a re-encryption is under way: wait for it to end",
    }.AsException();
}
