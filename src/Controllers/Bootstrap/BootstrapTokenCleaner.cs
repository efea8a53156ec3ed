using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Removes bootstrap tokens when their time is over. They are not believed from then on anyway.</summary>
/// <param name="tokens">Secrets of the type <c>bootstrap.kubernetes.io/token</c> in kube-system.</param>
public sealed class BootstrapTokenCleaner(Informer<Secret> tokens, IClient client, TimeProvider time) : IReconciler
{
    // A wait longer than this is looked at again in between: timers have an end.
    private static readonly TimeSpan WaitMax = TimeSpan.FromDays(1);

    public string Name => "tokencleaner";

    public IEnumerable<Trigger> Triggers => [Trigger.On(tokens)];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!tokens.TryGet(key, out var secret) || secret.TokenEnd is not { } end)
        {
            return ReconcileResult.Done;
        }

        var left = end - time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return ReconcileResult.After(left < WaitMax ? left : WaitMax);
        }

        await client.DeleteAsync(secret, ct);
        return ReconcileResult.Done;
    }
}
