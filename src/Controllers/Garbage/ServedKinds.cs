using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Finds out which kinds the server has, so that nobody waits for an informer of one it has not.</summary>
internal sealed class ServedKinds(IClient client, InformerFactory informers, CancellationToken ct) : IKindVisitor
{
    private readonly List<Task<IGarbageKind?>> asked = [];

    /// <summary>All kinds that may own or be owned, as far as they are served.</summary>
    public static async Task<IReadOnlyList<IGarbageKind>> FindAsync(IClient client, InformerFactory informers, CancellationToken ct)
    {
        var served = new ServedKinds(client, informers, ct);
        Kinds.VisitNamespaced(served);
        Kinds.VisitClusterWide(served);
        return [.. (await Task.WhenAll(served.asked)).OfType<IGarbageKind>()];
    }

    public void Visit<T>() where T : class, IResource<T>
    {
        // Events are many, own nothing, and end by themselves.
        if (typeof(T) != typeof(Event))
        {
            asked.Add(AskAsync<T>());
        }
    }

    private async Task<IGarbageKind?> AskAsync<T>() where T : class, IResource<T>
    {
        try
        {
            await client.ListAsync<T>(new ListQuery { Limit = 1 }, ct);
            return new GarbageKind<T>(informers.Get<T>(), client);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }
}
