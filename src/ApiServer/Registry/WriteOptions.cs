using Navarch.Api;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Resources;

namespace Navarch.ApiServer.Registry;

/// <summary>What a caller says about a write beside the object.</summary>
internal sealed record WriteOptions(UserInfo User)
{
    /// <summary>Everything but the last step: nothing is stored.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Name under which the caller owns the fields it writes.</summary>
    public string FieldManager { get; init; } = "";

    /// <summary>As <see cref="FieldManager"/> where the caller said it itself, else empty: who applies must.</summary>
    public string GivenManager { get; init; } = "";

    /// <summary>The object brings its owners along: it was made by server-side apply.</summary>
    public bool IsApply { get; init; }

    /// <summary>Of an apply: take what others own.</summary>
    public bool Force { get; init; }

    /// <summary>Hints for the caller, in the order they arise.</summary>
    public List<string> Warnings { get; init; } = [];

    /// <summary>Where the request is recorded; null where it is not.</summary>
    public AuditRecord? Audit { get; init; }

    /// <summary>What the client wants done about unknown fields, as it said it.</summary>
    public string FieldValidation { get; init; } = "";

    /// <summary>How webhooks see the object; null for as it is.</summary>
    public HookForm? Form { get; init; }

    /// <summary>
    /// Makes of an object that a webhook changed what the subresource may change of the one before. Null where the scope of the
    /// update says it all.
    /// </summary>
    public Func<IResource, IResource, IResource>? Retake { get; init; }

    /// <summary>Webhooks have been asked about the request that this write is a part of.</summary>
    public bool IsAdmitted { get; init; }

    /// <summary>When the first webhook of the request was asked, by the server's clock; null before.</summary>
    public long? AskingSince { get; set; }

    public WriteContext Context(DateTimeOffset now) => new(User.Name, User.Groups, now, IsDryRun) { Uid = User.Uid, Extra = User.Extra };
}

/// <summary>Which part of an object an update may change.</summary>
internal enum UpdateScope
{
    /// <summary>What a plain PUT or PATCH may.</summary>
    Main,

    /// <summary>What the status subresource may.</summary>
    Status,

    /// <summary>The caller has seen to it: subresources with rules of their own.</summary>
    Exact,

    /// <summary>As <see cref="Exact"/>, and nobody becomes the owner of anything: a change that only the server can make.</summary>
    Unowned,
}

/// <summary>What an update became.</summary>
/// <param name="IsCreated">The object did not exist before.</param>
/// <param name="IsDeleted">The update took away the last thing that held the object back from deletion.</param>
internal sealed record UpdateOutcome(WatchCache.StoredObject Object, bool IsCreated, bool IsDeleted);

/// <summary>What a delete became.</summary>
/// <param name="Object">The object as it was last, or as it waits for its end.</param>
/// <param name="IsGone">The object does not exist any more.</param>
internal sealed record DeleteOutcome(WatchCache.StoredObject Object, bool IsGone);
