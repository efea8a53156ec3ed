using System.Text;

namespace Navarch.Machinery.Apply;

/// <summary>
/// Fields that a kind of write cannot change, so that nobody owns them through it: what belongs to the server, and what
/// another path of the object is for.
/// </summary>
public sealed class Untracked
{
    // Identity and bookkeeping are the server's. Nobody owns them, so nobody can be in conflict about them.
    private static readonly string[] Bookkeeping = ["name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion"];

    private readonly byte[][] members;
    private readonly byte[][] metadata;

    private Untracked(IReadOnlyList<string> members, IReadOnlyList<string> metadata)
    {
        this.members = [.. members.Select(Encoding.UTF8.GetBytes)];
        this.metadata = [.. metadata.Select(Encoding.UTF8.GetBytes)];
        Set = FieldSet.Of(false,
        [
            .. members.Select(static name => KeyValuePair.Create(PathStep.Member(name), FieldSet.Self)),
            KeyValuePair.Create(PathStep.Member("metadata"), FieldSet.Of(true, metadata.Select(static name => KeyValuePair.Create(PathStep.Member(name), FieldSet.Self)))),
        ]);
    }

    /// <summary>Of writes that may change everything else.</summary>
    public static Untracked Server { get; } = Of();

    /// <summary>Of plain writes to an object whose status has its own path.</summary>
    public static Untracked ServerAndStatus { get; } = Of("status");

    internal FieldSet Set { get; }

    /// <param name="paths">Names of members of the object, or <c>metadata.NAME</c>, beside what is the server's.</param>
    public static Untracked Of(params string[] paths) => new(
        ["apiVersion", "kind", .. paths.Where(static path => !path.StartsWith("metadata.", StringComparison.Ordinal))],
        [.. Bookkeeping, .. paths.Where(static path => path.StartsWith("metadata.", StringComparison.Ordinal)).Select(static path => path["metadata.".Length..])]);

    internal bool HasMember(ReadOnlySpan<byte> name) => Has(members, name);

    internal bool HasMetadata(ReadOnlySpan<byte> name) => Has(metadata, name);

    private static bool Has(byte[][] names, ReadOnlySpan<byte> name)
    {
        foreach (var one in names)
        {
            if (name.SequenceEqual(one))
            {
                return true;
            }
        }

        return false;
    }
}
