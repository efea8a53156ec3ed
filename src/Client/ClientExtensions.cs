using Navarch.Api;
using Navarch.Api.Meta.V1;

namespace Navarch.Client;

/// <summary>Short forms of <see cref="IClient"/>'s methods.</summary>
public static class ClientExtensions
{
    /// <summary>The object, or null when there is none of that name.</summary>
    public static async Task<T?> FindAsync<T>(this IClient client, NamespacedName name, CancellationToken ct) where T : class, IResource<T>
    {
        try
        {
            return await client.GetAsync<T>(name, ct);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public static Task<T> PatchAsync<T>(this IClient client, NamespacedName name, Patch patch, CancellationToken ct)
        where T : class, IResource<T> => client.PatchAsync<T>(name, patch, "", ct);

    public static Task DeleteAsync<T>(this IClient client, NamespacedName name, CancellationToken ct)
        where T : class, IResource<T> => client.DeleteAsync<T>(name, DeleteOptions.Empty, ct);

    /// <summary>Deletes this very object, not a successor of the same name. False when it was gone already.</summary>
    public static async Task<bool> DeleteAsync<T>(this IClient client, T resource, CancellationToken ct) where T : class, IResource<T>
    {
        try
        {
            await client.DeleteAsync<T>(
                NamespacedName.Of(resource), DeleteOptions.Empty with { Preconditions = new() { UID = resource.Metadata.UID } }, ct);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            return false;
        }
    }

    /// <summary>All objects, page by page, as one list of one snapshot.</summary>
    public static async Task<ResourceList<T>> ListPagedAsync<T>(this IClient client, ListQuery query, int pageSize, CancellationToken ct)
        where T : class, IResource<T>
    {
        var page = await client.ListAsync<T>(query with { Limit = pageSize }, ct);
        if (page.Metadata.Continue.Length == 0)
        {
            return page;
        }

        var items = new List<T>(page.Items);
        while (page.Metadata.Continue.Length > 0)
        {
            // The token carries the version: naming it again is an error.
            page = await client.ListAsync<T>(
                query with { Limit = pageSize, Continue = page.Metadata.Continue, ResourceVersion = "", ResourceVersionMatch = "" }, ct);
            items.AddRange(page.Items);
        }

        return new ResourceList<T>(page.Metadata, items);
    }
}
