using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Keeps the ServiceAccount <c>default</c> in every namespace: pods that name no other run as it.</summary>
public sealed class ServiceAccountController(Informer<Namespace> namespaces, Informer<ServiceAccount> accounts, IClient client) : IReconciler
{
    private const string AccountName = "default";

    public string Name => "serviceaccount";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(namespaces),
        Trigger.On(accounts, static account => account.Metadata.Name == AccountName ? [new NamespacedName("", account.Metadata.Namespace)] : []),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (namespaces.TryGet(key, out var found) && !found.IsTerminating && accounts.Find(new(key.Name, AccountName)) is null)
        {
            try
            {
                await client.CreateAsync(new ServiceAccount { Metadata = new ObjectMeta { Name = AccountName, Namespace = key.Name } }, ct);
            }
            catch (ApiException e) when (e.IsAlreadyExists || e.IsNamespaceTerminating)
            {
            }
        }

        return ReconcileResult.Done;
    }
}
