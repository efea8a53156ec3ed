namespace Navarch.Kubelet.Probes;

/// <summary>How one attempt of a probe went.</summary>
/// <param name="Error">The attempt itself could not be made: it says nothing about the container, but counts as failure.</param>
internal sealed record ProbeOutcome(bool IsSuccess, string Message, bool Error = false)
{
    public static ProbeOutcome Success { get; } = new(true, "");

    public static ProbeOutcome Failure(string message) => new(false, message);
}
