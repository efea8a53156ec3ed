using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Registry;

/// <summary>
/// Every change of an object goes through here, whoever asks for it: rules of metadata and of the kind, admission,
/// optimistic concurrency, and the store. A write returns when it is durable and can be read.
/// </summary>
internal sealed class ObjectWriter(
    ObjectStore store, Catalog catalog, AdmissionChain admission, TimeProvider time, Random random)
{
    private const int GeneratedNameTries = 8;

    // How often a caller who names a version looks again because the cache was behind.
    private const int UpdateTries = 64;

    private readonly GeneratedName names = new(random);
    private readonly Turns turns = new(time);
    private readonly ObjectRemoval removal = new(store, admission, time);

    /// <summary>Whoever creates something in a namespace that is not there creates that first.</summary>
    public bool ProvisionsNamespaces { get; set; }

    /// <param name="namespace">That of the request; empty for a cluster-wide kind.</param>
    /// <exception cref="StatusException">The object was not created.</exception>
    public async Task<StoredObject> CreateAsync(Kind kind, string @namespace, IResource value, WriteOptions options, CancellationToken ct)
    {
        if (value.Metadata.ResourceVersion.Length > 0 && value.Metadata.ResourceVersion != "0")
        {
            throw new Status { StatusValue = "Failure", Code = 500, Message = "resourceVersion should not be set on objects to be created" }.AsException();
        }

        if (ProvisionsNamespaces && kind.Type.Namespaced && !options.IsDryRun)
        {
            await ProvisionAsync(@namespace, ct);
        }

        await LivingNamespace.RequireAsync(store, catalog.Get<Namespace>(), kind, @namespace, value.Metadata.Name.Length > 0 ? value.Metadata.Name : value.Metadata.GenerateName, ct);
        value = value.WithMetadata(MetadataRules.WithoutDoubleOwners(value.Metadata, options.Warnings));
        var isGenerated = value.Metadata.Name.Length == 0 && value.Metadata.GenerateName.Length > 0;
        for (var tries = 1; ; tries++)
        {
            var named = isGenerated
                ? value.WithMetadata(value.Metadata with { Name = names.From(value.Metadata.GenerateName) })
                : value;
            var (stored, name) = await TryCreateAsync(kind, @namespace, named, isGenerated, options, ct);
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
        IDisposable? turn = null;
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
                turn ??= await turns.TakeAsync(kind.StoragePrefix + key, ct);
            }
        }
        finally
        {
            turn?.Dispose();
        }
    }

    /// <inheritdoc cref="ObjectRemoval.DeleteAsync"/>
    public Task<DeleteOutcome> DeleteAsync(Kind kind, string @namespace, string name, DeleteOptions delete, WriteOptions options, CancellationToken ct) =>
        removal.DeleteAsync(kind, @namespace, name, delete, options, ct);

    /// <summary>What webhooks make of something that is posted below an object, such as a Binding.</summary>
    /// <exception cref="StatusException">They refuse it.</exception>
    public async ValueTask<T> AdmitBodyAsync<T>(BodyForm<T> form, Kind kind, string @namespace, string name, T body, WriteOptions options, CancellationToken ct)
        where T : class, IApiType<T>, IApiObject => (T)await admission.Webhooks.AdmitAsync(
            new HookedRequest { Operation = "CREATE", Kind = kind, Options = options, Form = form, Subresource = options.Subresource, Namespace = @namespace, Name = name, Value = body }, ct);

    /// <inheritdoc cref="ObjectStore.FindAsync"/>
    public ValueTask<StoredObject?> FindAsync(Kind kind, string key, CancellationToken ct) => store.FindAsync(kind, key, ct);

    /// <summary>What answers a write of an object that says it is another one of the same name.</summary>
    /// <param name="present">Empty where there is none.</param>
    public static StatusException OtherUid(Kind kind, string @namespace, string name, string wanted, string present) => StatusErrors.Conflict(
        kind.Type, name,
        $"StorageError: invalid object, Code: 4, Key: {kind.StoragePrefix}{kind.Key(@namespace, name)}, ResourceVersion: 0, "
        + $"AdditionalErrorMsg: Precondition failed: UID in precondition: {wanted}, UID in object meta: {present}").AsException();

    private async Task ProvisionAsync(string name, CancellationToken ct)
    {
        var namespaces = catalog.Get<Namespace>();
        if (await store.FindAsync(namespaces, name, ct) is not null)
        {
            return;
        }

        try
        {
            await CreateAsync(namespaces, "", new Namespace { Metadata = new ObjectMeta { Name = name } }, new WriteOptions(UserInfo.Server), ct);
        }
        catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists)
        {
            // Somebody else was faster.
        }
    }

    private async Task<StatusException> ExistsAsync(Kind kind, string @namespace, string name, CancellationToken ct)
    {
        var status = StatusErrors.AlreadyExists(kind.Type, name);
        var present = await store.FindAsync(kind, kind.Key(@namespace, name), ct);
        return (present?.Value.Metadata.DeletionTimestamp is null ? status : status with { Message = "object is being deleted: " + status.Message }).AsException();
    }

    /// <summary>Null when the object changed meanwhile.</summary>
    /// <param name="isLast">The caller who names a version has been heard often enough.</param>
    private async Task<UpdateOutcome?> TryOnceAsync(
        Kind kind, string @namespace, string name, Func<StoredObject, IResource> change, UpdateScope scope, WriteOptions options, Func<IResource>? absent, bool isLast, CancellationToken ct)
    {
        var current = await store.FindAsync(kind, kind.Key(@namespace, name), ct);
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
            return !isLast && await store.IsStaleAsync(kind, current, ct) ? null : throw StatusErrors.Modified(kind.Type, name).AsException();
        }

        return await TryUpdateAsync(kind, current, changed, scope, options, ct);
    }

    private async Task<(StoredObject? Stored, string Name)> TryCreateAsync(Kind kind, string @namespace, IResource value, bool isNameGenerated, WriteOptions options, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        value = value.WithMetadata(MetadataRules.ForCreate(value.Metadata, @namespace, kind.HasGeneration, now));
        value = kind.Default(value);
        var owners = Ownership.OfNew(kind, value, options, now);
        value = kind.PrepareForCreate(value, options.Context(now));
        value = value.WithMetadata(value.Metadata with { ManagedFields = owners });
        var request = new AdmissionRequest("CREATE", kind, value, null, options) { Now = now, IsNameGenerated = isNameGenerated };
        value = await admission.AdmitAsync(request, ct);
        var name = value.Metadata.Name;
        var errors = new FieldErrors();
        MetadataRules.Validate(value.Metadata, kind, errors);
        kind.Validate(value, errors);
        kind.ValidateCreate(value, errors);
        ThrowIfInvalid(kind, name, errors);
        options.Warnings.AddRange(kind.Warnings(value));
        await admission.ValidateAsync(request with { Value = value }, ct);
        await using var reservation = await store.ReserveAsync(kind, value, null, options, errors, ct);
        ThrowIfInvalid(kind, name, errors);
        var prepared = kind.Prepare(reservation?.Value ?? value);
        if (options.IsDryRun)
        {
            var exists = await store.FindAsync(kind, prepared.Key, ct) is not null;
            if (!exists && store.Quotas is { } checks)
            {
                await checks.ChargeAsync(kind, value, null, options, ct);
            }

            return (exists ? null : StoredObject.From(prepared, 0, keepValue: true), name);
        }

        // Admission may have taken a while, in which the namespace was emptied: what comes now would stay for ever.
        LivingNamespace.Require(catalog.Get<Namespace>(), kind, @namespace, name);
        var charge = store.Quotas is { } quotas ? await quotas.ChargeAsync(kind, value, null, options, ct) : null;
        var stored = await store.PutAsync(kind, prepared, null, reservation, ct);
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
        value = value.WithMetadata(value.Metadata with { ManagedFields = owners });
        var request = new AdmissionRequest("UPDATE", kind, value, old, options) { Now = now, Scope = scope };
        value = await admission.AdmitAsync(request, ct);
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

        await admission.ValidateAsync(request with { Value = value }, ct);
        await using var reservation = scope == UpdateScope.Main ? await store.ReserveAsync(kind, value, old, options, errors, ct) : null;
        ThrowIfInvalid(kind, current.Name, errors);
        value = reservation?.Value ?? value;
        var prepared = kind.Prepare(value);
        if (Deletion.IsReleasedBy(value))
        {
            if (options.IsDryRun)
            {
                return new UpdateOutcome(current, IsCreated: false, IsDeleted: true);
            }

            var gone = await store.RemoveAsync(kind, current, ct);
            return gone is null ? null : new UpdateOutcome(gone, IsCreated: false, IsDeleted: true);
        }

        // An update that changes nothing is not a change: no revision, no event.
        if (current.HasContent(prepared) || (current.HasContentButOwners(prepared) && Ownership.AreSameButTimes(value.Metadata.ManagedFields, old.Metadata.ManagedFields)))
        {
            return new UpdateOutcome(current, IsCreated: false, IsDeleted: false);
        }

        var charge = store.Quotas is { } quotas ? await quotas.ChargeAsync(kind, value, old, options, ct) : null;
        if (options.IsDryRun)
        {
            return new UpdateOutcome(StoredObject.From(prepared, current.Revision, keepValue: true), IsCreated: false, IsDeleted: false);
        }

        var stored = await store.PutAsync(kind, prepared, current, reservation, ct);
        if (stored is null && charge is not null)
        {
            await charge.RefundAsync();
        }
        else if (stored is not null && store.Quotas is { } accounts)
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

    private static void ThrowIfInvalid(Kind kind, string name, FieldErrors errors)
    {
        if (errors.Any)
        {
            throw StatusErrors.Invalid(kind.Type, name, errors.All).AsException();
        }
    }
}
