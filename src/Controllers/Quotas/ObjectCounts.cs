using Navarch.Api;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>
/// How many objects of a kind a namespace has. The server is asked for one object and says how many remain, so that nobody keeps
/// all objects of all kinds in memory to count them now and then.
/// </summary>
internal sealed class ObjectCounts : IKindVisitor
{
    private readonly Dictionary<string, (ResourceType Type, Func<IClient, string, CancellationToken, Task<long>> Count)> byResource = new(StringComparer.Ordinal);

    public ObjectCounts() => Kinds.VisitNamespaced(this);

    /// <summary>The kinds that can be counted.</summary>
    public IEnumerable<ResourceType> Types => byResource.Values.Select(static one => one.Type);

    public void Visit<T>() where T : class, IResource<T> => byResource[T.ResourceType.GroupResource] = (T.ResourceType, CountAsync<T>);

    /// <returns>Null where the server has no such kind.</returns>
    /// <exception cref="ApiException">It could not be counted.</exception>
    public async Task<long?> CountAsync(IClient client, ResourceType type, string @namespace, CancellationToken ct)
    {
        try
        {
            return await byResource[type.GroupResource].Count(client, @namespace, ct);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private static async Task<long> CountAsync<T>(IClient client, string @namespace, CancellationToken ct) where T : class, IResource<T>
    {
        var page = await client.ListAsync<T>(ListQuery.In(@namespace) with { Limit = 1 }, ct);
        return page.Items.Count + (page.Metadata.RemainingItemCount ?? 0);
    }
}
