using Navarch.Api;
using Navarch.ApiServer.Admission.Policies;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>The rounds of webhooks of one write: they see objects as clients send them, the writer those it goes on with.</summary>
internal sealed class WriteRound
{
    private readonly AdmissionRequest request;
    private readonly MutatingRound round;

    public WriteRound(PolicyMutation policies, Webhook[] hooks, HookMatcher matcher, HookCaller caller, WebhookMetrics metrics, AdmissionRequest request, IResource value, HookedRequest hooked)
    {
        this.request = request;
        Value = value;
        round = new MutatingRound(policies, hooks, matcher, caller, metrics, hooked, changed =>
        {
            Value = Rework.Take(request, (IResource)changed, Value);
            return Rework.Show(request, Value);
        });
        hooked.Value = request.Operation == "DELETE" ? null : Rework.Show(request, value);
    }

    /// <summary>The object to go on with.</summary>
    public IResource Value { get; private set; }

    /// <summary>Goes on with another object.</summary>
    public void Offer(IResource value)
    {
        Value = value;
        round.Request.Value = Rework.Show(request, value);
    }

    /// <inheritdoc cref="MutatingRound.RunAsync"/>
    public ValueTask<bool> RunAsync(CancellationToken ct) => round.RunAsync(ct);
}
