using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Resources;

namespace Navarch.ApiServer.Registry;

/// <summary>What a caller says about a write beside the object.</summary>
internal sealed class WriteOptions(UserInfo user)
{
    public UserInfo User { get; } = user;

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
