namespace Navarch.ApiServer.Authorization;

/// <summary>What an authorizer makes of a request.</summary>
internal enum Verdict
{
    /// <summary>It has nothing to say; another may allow the request.</summary>
    NoOpinion,

    Allow,

    /// <summary>Nobody after it is asked.</summary>
    Deny,
}

/// <summary>A verdict and its reason.</summary>
/// <param name="because">Its text is the reason. Made of parts only when somebody reads it: most requests are allowed, and nobody asks why.</param>
internal readonly struct Decision(Verdict verdict, object? because = null)
{
    public static Decision NoOpinion => default;

    public Verdict Verdict => verdict;

    public bool IsAllowed => verdict == Verdict.Allow;

    /// <summary>Why, in upstream's words; may be empty.</summary>
    public string Reason => because?.ToString() ?? "";

    /// <summary>What kept somebody from answering whose answer was needed; empty where all answered.</summary>
    public string Problem => (because as Gap)?.Problem ?? "";

    public static Decision Allow(object? because = null) => new(Verdict.Allow, because);

    public static Decision Abstain(string reason) => new(Verdict.NoOpinion, reason);

    public static Decision Deny(string reason) => new(Verdict.Deny, reason);

    /// <summary>As nobody allows it, but not everybody could be asked.</summary>
    /// <param name="verdict">What is made of that: no opinion, or a denial.</param>
    public static Decision Unanswered(Verdict verdict, string problem, string reason = "") => new(verdict, new Gap(reason, problem));

    private sealed record Gap(string Reason, string Problem)
    {
        public override string ToString() => Reason;
    }
}
