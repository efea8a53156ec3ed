namespace Navarch.Client;

/// <summary>What a reconciler wants to happen next to the key it has just handled.</summary>
/// <param name="RunAgainAfter">Null: nothing until something changes.</param>
public readonly record struct ReconcileResult(TimeSpan? RunAgainAfter)
{
    /// <summary>The world is as it should be, or will tell when it changes.</summary>
    public static ReconcileResult Done => default;

    /// <summary>Look again when <paramref name="delay"/> is over, even when nothing has changed. Earlier triggers still count.</summary>
    public static ReconcileResult After(TimeSpan delay) => new(delay);

    /// <summary>The sooner of both.</summary>
    public ReconcileResult Or(ReconcileResult other) => (RunAgainAfter, other.RunAgainAfter) switch
    {
        (null, _) => other,
        (_, null) => this,
        ({ } mine, { } theirs) => mine <= theirs ? this : other,
    };
}
