using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources.AdmissionRegistration;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>All webhooks in the order in which they are asked, made anew whenever a configuration changes.</summary>
/// <param name="mutating">Configurations; null where they do not count.</param>
/// <param name="validating">As <paramref name="mutating"/>.</param>
internal sealed class WebhookIndex(Kind? mutating, Kind? validating, WebhookClients clients)
{
    // Held while one of the lists is made: both collections may change at the same time.
    private readonly Lock gate = new();
    private Webhooks? current;

    /// <summary>Null where there are none, which is what most clusters pay for this.</summary>
    public Webhooks? Current => Volatile.Read(ref current);

    /// <summary>Learns what there is, and from then on what changes. To be called when the cache is loaded and stands still.</summary>
    public void Attach()
    {
        foreach (var kind in new[] { mutating, validating }.OfType<Kind>())
        {
            kind.Objects.KeepValues();
            kind.Objects.Applying += _ => Rebuild();
        }

        Rebuild();
    }

    private static IEnumerable<T> All<T>(Kind? kind)
    {
        if (kind is not null)
        {
            for (var walk = kind.Objects.Current.Objects.All(); walk.MoveNext();)
            {
                yield return (T)walk.Current.Value;
            }
        }
    }

    private void Rebuild()
    {
        lock (gate)
        {
            // Collections are in the order of names.
            List<Webhook> changers = [], judges = [];
            foreach (var configuration in All<MutatingWebhookConfiguration>(mutating))
            {
                changers.AddRange(configuration.Webhooks.Select(hook => new Webhook(configuration.Metadata.Name, hook, isMutating: true)));
            }

            foreach (var configuration in All<ValidatingWebhookConfiguration>(validating))
            {
                judges.AddRange(configuration.Webhooks.Select(hook => new Webhook(configuration.Metadata.Name, WebhookRules.Of(hook), isMutating: false)));
            }

            Volatile.Write(ref current, changers.Count + judges.Count == 0 ? null : new Webhooks([.. changers], [.. judges]));
            clients.Keep(changers.Concat(judges).Select(static hook => hook.Target.ClientKey));
        }
    }
}

/// <summary>The webhooks there are at one time.</summary>
internal sealed record Webhooks(Webhook[] Mutating, Webhook[] Validating);
