using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>One object of any kind.</summary>
internal readonly record struct GarbageKey(ResourceType Type, NamespacedName Name)
{
    public static GarbageKey Of(IResource resource) => new(resource.GetResourceType(), NamespacedName.Of(resource));

    public override string ToString() => $"{Type.GroupResource} {Name}";
}

/// <summary>What the garbage collector needs of a kind.</summary>
internal interface IGarbageKind
{
    ResourceType Type { get; }

    IInformer Informer { get; }

    IResource? Find(NamespacedName name);

    IEnumerable<IResource> DependentsOf(string uid);

    /// <summary>Tells all changes, beginning with what exists: (before, after).</summary>
    IDisposable Subscribe(Action<IResource?, IResource?> handler);

    /// <summary>The object as the server has it now, or null.</summary>
    Task<IResource?> FetchAsync(NamespacedName name, CancellationToken ct);

    Task DeleteAsync(IResource resource, string propagation, CancellationToken ct);

    Task PatchAsync(IResource resource, Patch patch, CancellationToken ct);
}

/// <inheritdoc cref="IGarbageKind"/>
internal sealed class GarbageKind<T>(Informer<T> informer, IClient client) : IGarbageKind where T : class, IResource<T>
{
    public ResourceType Type => T.ResourceType;

    public IInformer Informer => informer;

    public IResource? Find(NamespacedName name) => informer.Find(name);

    public IEnumerable<IResource> DependentsOf(string uid) => informer.OwnedBy(uid);

    // A lambda of the informer's own type: delegates of several types cannot be one event's handlers.
    public IDisposable Subscribe(Action<IResource?, IResource?> handler) => informer.Subscribe((before, after) => handler(before, after));

    public async Task<IResource?> FetchAsync(NamespacedName name, CancellationToken ct) => await client.FindAsync<T>(name, ct);

    public async Task DeleteAsync(IResource resource, string propagation, CancellationToken ct)
    {
        try
        {
            // The version as well: when the owners have changed meanwhile, everything has to be thought over again.
            var preconditions = new Preconditions { UID = resource.Metadata.UID, ResourceVersion = resource.Metadata.ResourceVersion };
            await client.DeleteAsync<T>(
                NamespacedName.Of(resource), DeleteOptions.Empty with { Preconditions = preconditions, PropagationPolicy = propagation }, ct);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
        }
    }

    public async Task PatchAsync(IResource resource, Patch patch, CancellationToken ct)
    {
        try
        {
            await client.PatchAsync<T>(NamespacedName.Of(resource), patch, ct);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
        }
    }
}
