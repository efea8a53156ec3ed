using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Admission.Quotas;
using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;
using Navarch.Storage;

namespace Navarch.ApiServer.Registry;

/// <summary>
/// Every change of an object goes through here, whoever asks for it: rules of metadata and of the kind, admission,
/// optimistic concurrency, and the store. A write returns when it is durable and can be read.
/// </summary>
internal sealed class ObjectWriter(
    IRevisionStore store, Cache cache, Catalog catalog, ValueVault? vault, IReadOnlyList<IAdmission> admission, TimeProvider time, Random random)
{
    private const int GeneratedNameTries = 8;

    // How often a delete, or a caller who names a version, looks again because the cache was behind.
    private const int UpdateTries = 64;

    private readonly GeneratedName names = new(random);
    private readonly Turns turns = new();

    /// <summary>Who gives out what objects of a kind must not share.</summary>
    public Dictionary<Kind, IAllocator> Allocators { get; } = [];

    /// <summary>Who counts what namespaces use; null where nobody does.</summary>
    public QuotaAccounts? Quotas { get; set; }

    /// <param name="namespace">That of the request; empty for a cluster-wide kind.</param>
    /// <exception cref="StatusException">The object was not created.</exception>
    public async Task<StoredObject> CreateAsync(Kind kind, string @namespace, IResource value, WriteOptions options, CancellationToken ct)
    {
        if (value.Metadata.ResourceVersion.Length > 0 && value.Metadata.ResourceVersion != "0")
        {
            throw new Status { StatusValue = "Failure", Code = 500, Message = "resourceVersion should not be set on objects to be created" }.AsException();
        }

        await RequireNamespaceAsync(kind, @namespace, value.Metadata.Name.Length > 0 ? value.Metadata.Name : value.Metadata.GenerateName, ct);
        value = value.WithMetadata(MetadataRules.WithoutDoubleOwners(value.Metadata, options.Warnings));
        var isGenerated = value.Metadata.Name.Length == 0 && value.Metadata.GenerateName.Length > 0;
        for (var tries = 1; ; tries++)
        {
            var named = isGenerated
                ? value.WithMetadata(value.Metadata with { Name = names.From(value.Metadata.GenerateName) })
                : value;
            var (stored, name) = await TryCreateAsync(kind, @namespace, named, options, ct);
            if (stored is not null)
            {
                return stored;
            }

            if (!isGenerated)
            {
                throw await ExistsAsync(kind, @namespace, name, ct);
            }

            if (tries == GeneratedNameTries)
            {
                throw StatusErrors.GeneratedNameExists(kind.Type, name).AsException();
            }
        }
    }

    /// <summary>
    /// Replaces an object by what <paramref name="change"/> makes of it. A resourceVersion or uid in the result must be
    /// those of the present object; without a resourceVersion the change is made again for as long as others are faster.
    /// </summary>
    /// <param name="absent">Makes the object to create where there is none; null to refuse that.</param>
    /// <exception cref="StatusException">Nothing was changed.</exception>
    public async Task<UpdateOutcome> UpdateAsync(
        Kind kind,
        string @namespace,
        string name,
        Func<StoredObject, IResource> change,
        UpdateScope scope,
        WriteOptions options,
        CancellationToken ct,
        Func<IResource>? absent = null)
    {
        var key = kind.Key(@namespace, name);
        var warned = options.Warnings.Count;
        SemaphoreSlim? turn = null;
        try
        {
            for (var tries = 1; ; tries++)
            {
                if (await TryOnceAsync(kind, @namespace, name, change, scope, options, absent, isLast: tries == UpdateTries, ct) is { } outcome)
                {
                    return outcome;
                }

                // Somebody else was faster, and so got on: the change is made again for as long as the caller waits.
                options.Warnings.RemoveRange(warned, options.Warnings.Count - warned);
                turn ??= await turns.TakeAsync(key, ct);
            }
        }
        finally
        {
            turn?.Release();
        }
    }

    /// <exception cref="StatusException">404, 409: nothing was changed.</exception>
    public async Task<DeleteOutcome> DeleteAsync(Kind kind, string @namespace, string name, DeleteOptions delete, WriteOptions options, CancellationToken ct)
    {
        var key = kind.Key(@namespace, name);
        if (delete.IgnoreStoreReadErrorWithClusterBreakingPotential == true && !options.IsDryRun && kind.Objects.Unreadable?.ContainsKey(key) == true)
        {
            return await RemoveUnreadableAsync(kind, key, name, options, ct);
        }

        for (var tries = 1; ; tries++)
        {
            var current = await FindAsync(kind, key, ct) ?? throw StatusErrors.NotFound(kind.Type, name).AsException();
            var value = current.Value;
            if (delete.Preconditions is { } wanted && Violates(wanted, value.Metadata, current) is { } why)
            {
                if (await IsStaleAsync(kind, current, ct) && tries < UpdateTries)
                {
                    continue;
                }

                // Of a delete that is refused the kind is named, not the resource.
                throw StatusErrors.Conflict(kind.Type.Group, kind.Type.Kind, name, why).AsException();
            }

            foreach (var admit in admission)
            {
                await admit.AdmitAsync(new AdmissionRequest("DELETE", kind, value, value, options), ct);
            }

            switch (Deletion.Decide(kind, value, delete, time.GetUtcNow()))
            {
                case Deletion.Decision.Remove when options.IsDryRun:
                    return new DeleteOutcome(current, IsGone: true);
                case Deletion.Decision.Remove when await RemoveAsync(kind, current, ct) is { } gone:
                    return new DeleteOutcome(gone, IsGone: true);
                case Deletion.Decision.Mark mark when options.IsDryRun:
                    return new DeleteOutcome(StoredObject.From(kind.Prepare(mark.Value), current.Revision, keepValue: true), IsGone: mark.ThenRemove);
                case Deletion.Decision.Mark mark when await PutAsync(kind, kind.Prepare(mark.Value), current, null, ct) is { } marked:
                    return mark.ThenRemove ? await RemoveMarkedAsync(kind, marked) : new DeleteOutcome(marked, IsGone: false);
                case Deletion.Decision.Nothing:
                    return new DeleteOutcome(current, IsGone: false);
                default:
                    break; // Somebody else changed it meanwhile: look again.
            }

            if (tries == UpdateTries)
            {
                throw StatusErrors.Modified(kind.Type, name).AsException();
            }
        }
    }

    // The mark is made: the rest is not given up because the caller is gone, nor because somebody writes at the same time.
    private async Task<DeleteOutcome> RemoveMarkedAsync(Kind kind, StoredObject marked)
    {
        while (true)
        {
            if (await RemoveAsync(kind, marked, CancellationToken.None) is { } gone)
            {
                return new DeleteOutcome(gone, IsGone: true);
            }

            var now = await FindAsync(kind, marked.Key, CancellationToken.None);
            if (now is null || now.Value.Metadata.UID != marked.Value.Metadata.UID)
            {
                return new DeleteOutcome(marked, IsGone: true); // Somebody else was faster.
            }

            if (!Deletion.IsReleasedBy(now.Value))
            {
                return new DeleteOutcome(now, IsGone: false);
            }

            marked = now;
        }
    }

    /// <summary>The object, not older than any acknowledged write.</summary>
    /// <exception cref="StatusException">500: what is stored of it cannot be read.</exception>
    public async ValueTask<StoredObject?> FindAsync(Kind kind, string key, CancellationToken ct)
    {
        kind.Objects.ThrowIfUnreadable(key);
        if (!cache.IsShared && kind.Objects.Current.Objects.Find(key) is { } found)
        {
            return found;
        }

        await cache.WaitForFreshAsync(ct);
        kind.Objects.ThrowIfUnreadable(key);
        return kind.Objects.Current.Objects.Find(key);
    }

    private static string? Violates(Api.Meta.V1.Preconditions wanted, ObjectMeta metadata, StoredObject current) =>
        wanted.UID is { } uid && uid != metadata.UID
            ? $"the UID in the precondition ({uid}) does not match the UID in record ({metadata.UID}). The object might have been deleted and then recreated"
        : wanted.ResourceVersion is { } version && version != Revisions.Text(current.Revision)
            ? $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({current.Revision}). The object might have been modified"
        : null;

    /// <summary>What answers a write of an object that says it is another one of the same name.</summary>
    /// <param name="present">Empty where there is none.</param>
    public static StatusException OtherUid(Kind kind, string @namespace, string name, string wanted, string present) => StatusErrors.Conflict(
        kind.Type, name,
        $"StorageError: invalid object, Code: 4, Key: {kind.StoragePrefix}{kind.Key(@namespace, name)}, ResourceVersion: 0, "
        + $"AdditionalErrorMsg: Precondition failed: UID in precondition: {wanted}, UID in object meta: {present}").AsException();

    private async Task<StatusException> ExistsAsync(Kind kind, string @namespace, string name, CancellationToken ct)
    {
        var status = StatusErrors.AlreadyExists(kind.Type, name);
        var present = await FindAsync(kind, kind.Key(@namespace, name), ct);
        return (present?.Value.Metadata.DeletionTimestamp is null ? status : status with { Message = "object is being deleted: " + status.Message }).AsException();
    }

    /// <summary>Null when the object changed meanwhile.</summary>
    /// <param name="isLast">The caller who names a version has been heard often enough.</param>
    private async Task<UpdateOutcome?> TryOnceAsync(
        Kind kind, string @namespace, string name, Func<StoredObject, IResource> change, UpdateScope scope, WriteOptions options, Func<IResource>? absent, bool isLast, CancellationToken ct)
    {
        var current = await FindAsync(kind, kind.Key(@namespace, name), ct);
        if (current is null)
        {
            try
            {
                var created = absent is null ? throw StatusErrors.NotFound(kind.Type, name).AsException() : absent();
                return new UpdateOutcome(await CreateAsync(kind, @namespace, created, options, ct), IsCreated: true, IsDeleted: false);
            }
            catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists && !isLast)
            {
                return null; // Now there is something to update.
            }
        }

        var changed = change(current);
        if (changed.Metadata.ResourceVersion is { Length: > 0 } version && version != "0" && version != Revisions.Text(current.Revision))
        {
            // The caller may know more than the cache does.
            return !isLast && await IsStaleAsync(kind, current, ct) ? null : throw StatusErrors.Modified(kind.Type, name).AsException();
        }

        return await TryUpdateAsync(kind, current, changed, scope, options, ct);
    }

    private async Task<(StoredObject? Stored, string Name)> TryCreateAsync(Kind kind, string @namespace, IResource value, WriteOptions options, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        value = value.WithMetadata(MetadataRules.ForCreate(value.Metadata, @namespace, kind.HasGeneration, now));
        value = kind.Default(value);
        var owners = Ownership.OfNew(kind, value, options, now);
        value = kind.PrepareForCreate(value, options.Context(now));
        foreach (var admit in admission)
        {
            value = await admit.AdmitAsync(new AdmissionRequest("CREATE", kind, value, null, options), ct);
        }

        value = value.WithMetadata(value.Metadata with { ManagedFields = owners });
        var name = value.Metadata.Name;
        var errors = new FieldErrors();
        MetadataRules.Validate(value.Metadata, kind, errors);
        kind.Validate(value, errors);
        kind.ValidateCreate(value, errors);
        ThrowIfInvalid(kind, name, errors);
        options.Warnings.AddRange(kind.Warnings(value));
        await ValidateAsync(new AdmissionRequest("CREATE", kind, value, null, options), ct);
        await using var reservation = await ReserveAsync(kind, value, null, options, errors, ct);
        ThrowIfInvalid(kind, name, errors);
        var prepared = kind.Prepare(reservation?.Value ?? value);
        if (options.IsDryRun)
        {
            var exists = await FindAsync(kind, prepared.Key, ct) is not null;
            if (!exists && Quotas is { } checks)
            {
                await checks.ChargeAsync(kind, value, null, options, ct);
            }

            return (exists ? null : StoredObject.From(prepared, 0, keepValue: true), name);
        }

        var charge = Quotas is { } quotas ? await quotas.ChargeAsync(kind, value, null, options, ct) : null;
        var stored = await PutAsync(kind, prepared, null, reservation, ct);
        if (stored is null && charge is not null)
        {
            await charge.RefundAsync();
        }

        return (stored, name);
    }

    private async Task<UpdateOutcome?> TryUpdateAsync(Kind kind, StoredObject current, IResource value, UpdateScope scope, WriteOptions options, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var old = current.Value;
        if (value.Metadata.UID is { Length: > 0 } uid && uid != old.Metadata.UID)
        {
            throw OtherUid(kind, current.Namespace, current.Name, uid, old.Metadata.UID);
        }

        if (value.Metadata.ResourceVersion is "" or "0" && !kind.Rules.AllowsUnconditionalUpdate && scope is UpdateScope.Main or UpdateScope.Status)
        {
            var required = new FieldErrors();
            required.Invalid("metadata.resourceVersion", new RawValue("0x0"), "must be specified for an update");
            throw StatusErrors.Invalid(kind.Type.Group, kind.Type.Plural, current.Name, required.All).AsException();
        }

        value = value.WithMetadata(MetadataRules.WithoutDoubleOwners(MetadataRules.ForUpdate(value.Metadata, old.Metadata), options.Warnings));
        value = scope is UpdateScope.Main or UpdateScope.Status ? kind.Default(value) : value;
        var owners = Ownership.OfChanged(kind, value, current, scope, options, now);
        value = scope switch
        {
            UpdateScope.Main => kind.PrepareForUpdate(value, old, options.Context(now)),
            UpdateScope.Status => kind.PrepareForStatusUpdate(value, old, options.Context(now)),
            _ => value,
        };
        foreach (var admit in admission)
        {
            value = await admit.AdmitAsync(new AdmissionRequest("UPDATE", kind, value, old, options), ct);
        }

        value = value.WithMetadata(value.Metadata with { ManagedFields = owners });
        if (scope is UpdateScope.Main or UpdateScope.Exact && kind.ChangesGeneration(value, old))
        {
            value = value.WithMetadata(value.Metadata with { Generation = old.Metadata.Generation + 1 });
        }

        var errors = new FieldErrors();
        Validate(kind, value, old, scope, errors);
        ThrowIfInvalid(kind, current.Name, errors);
        if (scope == UpdateScope.Main)
        {
            options.Warnings.AddRange(kind.Warnings(value));
        }

        await ValidateAsync(new AdmissionRequest("UPDATE", kind, value, old, options), ct);
        await using var reservation = scope == UpdateScope.Main ? await ReserveAsync(kind, value, old, options, errors, ct) : null;
        ThrowIfInvalid(kind, current.Name, errors);
        value = reservation?.Value ?? value;
        var prepared = kind.Prepare(value);
        if (Deletion.IsReleasedBy(value))
        {
            if (options.IsDryRun)
            {
                return new UpdateOutcome(current, IsCreated: false, IsDeleted: true);
            }

            var gone = await RemoveAsync(kind, current, ct);
            return gone is null ? null : new UpdateOutcome(gone, IsCreated: false, IsDeleted: true);
        }

        // An update that changes nothing is not a change: no revision, no event.
        if (current.HasContent(prepared) || (current.HasContentButOwners(prepared) && Ownership.AreSameButTimes(owners, old.Metadata.ManagedFields)))
        {
            return new UpdateOutcome(current, IsCreated: false, IsDeleted: false);
        }

        var charge = Quotas is { } quotas ? await quotas.ChargeAsync(kind, value, old, options, ct) : null;
        if (options.IsDryRun)
        {
            return new UpdateOutcome(StoredObject.From(prepared, current.Revision, keepValue: true), IsCreated: false, IsDeleted: false);
        }

        var stored = await PutAsync(kind, prepared, current, reservation, ct);
        if (stored is null && charge is not null)
        {
            await charge.RefundAsync();
        }
        else if (stored is not null && Quotas is { } accounts)
        {
            await accounts.ReleaseAsync(kind, old, value);
        }

        return stored is null ? null : new UpdateOutcome(stored, IsCreated: false, IsDeleted: false);
    }

    private static void Validate(Kind kind, IResource value, IResource old, UpdateScope scope, FieldErrors errors)
    {
        MetadataRules.ValidateUpdate(value.Metadata, old.Metadata, errors);
        switch (scope)
        {
            case UpdateScope.Main:
                MetadataRules.Validate(value.Metadata, kind, errors);
                kind.Validate(value, errors);
                kind.ValidateUpdate(value, old, errors);
                break;
            case UpdateScope.Status:
                kind.ValidateStatusUpdate(value, old, errors);
                break;
            default:
                break;
        }
    }

    /// <summary>Null when the condition did not hold; then the cache has caught up with what was in the way.</summary>
    /// <param name="current">What is to be replaced; null for a create.</param>
    private async Task<StoredObject?> PutAsync(Kind kind, PreparedObject prepared, StoredObject? current, Reservation? reservation, CancellationToken ct)
    {
        var key = kind.StoragePrefix + prepared.Key;
        var write = new StoreWrite(key, kind.Hub.IsEncrypted ? vault!.Encrypt(key, prepared.Json) : prepared.Json)
        {
            ExpectedRevision = current?.Revision ?? 0,
            State = prepared,
            TimeToLive = kind.Rules.Expiry,
        };
        reservation?.IsSpent = true;
        switch (await store.CommitAsync(write, ct))
        {
            case CommitResult.Committed committed:
                await cache.WaitForAsync(committed.Revision, CancellationToken.None);
                var stored = prepared.Applied ?? StoredObject.From(prepared, committed.Revision, keepValue: true);
                await SettleAsync(kind, prepared.Key, current, stored);
                return stored;
            default:
                reservation?.IsSpent = false;
                await cache.WaitForFreshAsync(ct);
                return null;
        }
    }

    private async Task<StoredObject?> RemoveAsync(Kind kind, StoredObject current, CancellationToken ct)
    {
        switch (await store.CommitAsync(StoreWrite.Delete(kind.StoragePrefix + current.Key, current.Revision), ct))
        {
            case CommitResult.Committed committed:
                await cache.WaitForAsync(committed.Revision, CancellationToken.None);
                await SettleAsync(kind, current.Key, current, null);
                if (Quotas is { } quotas && quotas.AreIn(current.Namespace))
                {
                    await quotas.ReleaseAsync(kind, current.Value, null);
                }

                return current.WithRevision(committed.Revision);
            default:
                await cache.WaitForFreshAsync(ct);
                return null;
        }
    }

    // Nobody can say what it was: neither finalizers nor preconditions are looked at.
    private async Task<DeleteOutcome> RemoveUnreadableAsync(Kind kind, string key, string name, WriteOptions options, CancellationToken ct)
    {
        if (!options.User.IsIn("system:masters"))
        {
            throw StatusErrors.Forbidden(kind.Type, name, "only administrators may delete what cannot be read").AsException();
        }

        if (await store.CommitAsync(StoreWrite.Delete(kind.StoragePrefix + key), ct) is not CommitResult.Committed committed)
        {
            throw StatusErrors.NotFound(kind.Type, name).AsException();
        }

        await cache.WaitForAsync(committed.Revision, CancellationToken.None);
        await SettleAsync(kind, key, null, null);
        return new DeleteOutcome(StoredObject.From(kind.Prepare(kind.Bookmark(new ObjectMeta { Name = name })), committed.Revision, keepValue: true), IsGone: true);
    }

    // What is stored is stored: the rest is not given up because the caller is gone.
    private Task SettleAsync(Kind kind, string key, StoredObject? before, StoredObject? after) =>
        Allocators.TryGetValue(kind, out var allocator) ? allocator.SettleAsync(key, before?.Value, after?.Value, CancellationToken.None) : Task.CompletedTask;

    private async ValueTask<Reservation?> ReserveAsync(Kind kind, IResource value, IResource? old, WriteOptions options, FieldErrors errors, CancellationToken ct) =>
        Allocators.TryGetValue(kind, out var allocator) ? await allocator.ReserveAsync(value, old, options.IsDryRun, errors, ct) : null;

    private async ValueTask<bool> IsStaleAsync(Kind kind, StoredObject current, CancellationToken ct)
    {
        await cache.WaitForFreshAsync(ct);
        return !ReferenceEquals(kind.Objects.Current.Objects.Find(current.Key), current);
    }

    private async ValueTask RequireNamespaceAsync(Kind kind, string @namespace, string name, CancellationToken ct)
    {
        if (!kind.Type.Namespaced)
        {
            return;
        }

        var found = await FindAsync(catalog.Get<Namespace>(), @namespace, ct)
            ?? throw StatusErrors.NotFound(Namespace.ResourceType, @namespace).AsException();
        if (found.Fields.Length > 0 && found.Fields[0] != NamespacePhase.NamespaceTerminating && found.Fields[0].Length > 0)
        {
            return; // The common case, without decoding: the only selectable field of a namespace is its phase.
        }

        if (((Namespace)found.Value).Metadata.DeletionTimestamp is not null)
        {
            var status = StatusErrors.Forbidden(kind.Type, name, $"unable to create new content in namespace {@namespace} because it is being terminated");
            throw (status with
            {
                Details = status.Details! with
                {
                    Causes = [new StatusCause { Type = CauseType.Vcorev1NamespaceTerminatingCause, Message = $"namespace {@namespace} is being terminated", Field = "metadata.namespace" }],
                },
            }).AsException();
        }
    }

    private async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        foreach (var admit in admission)
        {
            await admit.ValidateAsync(request, ct);
        }
    }

    private static void ThrowIfInvalid(Kind kind, string name, FieldErrors errors)
    {
        if (errors.Any)
        {
            throw StatusErrors.Invalid(kind.Type, name, errors.All).AsException();
        }
    }
}
