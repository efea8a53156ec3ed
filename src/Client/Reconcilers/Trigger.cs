using Navarch.Api;

namespace Navarch.Client;

/// <summary>Turns the changes of one informer into keys to look at.</summary>
public sealed class Trigger
{
    private readonly Func<Action<NamespacedName>, IDisposable?> subscribe;

    private Trigger(IInformer informer, Func<Action<NamespacedName>, IDisposable?> subscribe)
    {
        Informer = informer;
        this.subscribe = subscribe;
    }

    /// <summary>What the reconciler reads, and what its own writes must show up in.</summary>
    public IInformer Informer { get; }

    /// <summary>The key of each object that changes.</summary>
    public static Trigger On<T>(Informer<T> informer) where T : class, IResource<T> =>
        OnEach(informer, static (_, after) => after, static item => [NamespacedName.Of(item)]);

    /// <summary>The key of the controlling owner, of kind <typeparamref name="TOwner"/>, of each object that changes.</summary>
    public static Trigger OnOwner<T, TOwner>(Informer<T> informer, Informer<TOwner> of)
        where T : class, IResource<T>
        where TOwner : class, IResource<TOwner> =>
        On(informer, item => ControllerKey<TOwner>(item) is { } key ? [key] : []);

    /// <summary>
    /// Keys that an object concerns, of its state before and of its state after: who loses an object must know as well as who gains it.
    /// </summary>
    public static Trigger On<T>(Informer<T> informer, Func<T, IEnumerable<NamespacedName>> keysOf) where T : class, IResource<T> =>
        new(informer, enqueue => informer.Subscribe((before, after) =>
        {
            if (after is not null)
            {
                Enqueue(keysOf(after), enqueue);
            }

            if (before is not null)
            {
                Enqueue(keysOf(before), enqueue); // The queue drops what it holds already.
            }
        }));

    /// <summary>Nothing to look at: the informer is only read (and waited for).</summary>
    public static Trigger None(IInformer informer) => new(informer, static _ => null);

    /// <summary>Begins to pass keys on; everything that exists is passed on first. Ends with the disposal of what is returned.</summary>
    public IDisposable? Connect(Action<NamespacedName> enqueue) => subscribe(enqueue);

    /// <summary>The key of the owner that controls <paramref name="item"/>, if it is a <typeparamref name="TOwner"/>.</summary>
    public static NamespacedName? ControllerKey<TOwner>(IResource item) where TOwner : class, IResource<TOwner>
    {
        foreach (var owner in item.Metadata.OwnerReferences)
        {
            if (owner.Controller == true && owner.Kind == TOwner.ResourceType.Kind && IsGroup(owner.APIVersion, TOwner.ResourceType.Group))
            {
                return new NamespacedName(TOwner.ResourceType.Namespaced ? item.Metadata.Namespace : "", owner.Name);
            }
        }

        return null;
    }

    private static Trigger OnEach<T>(Informer<T> informer, Func<T?, T?, T?> pick, Func<T, IEnumerable<NamespacedName>> keysOf)
        where T : class, IResource<T> =>
        new(informer, enqueue => informer.Subscribe((before, after) => Enqueue(keysOf((pick(before, after) ?? before)!), enqueue)));

    private static void Enqueue(IEnumerable<NamespacedName> keys, Action<NamespacedName> enqueue)
    {
        foreach (var key in keys)
        {
            enqueue(key);
        }
    }

    private static bool IsGroup(string apiVersion, string group) => group.Length == 0
        ? !apiVersion.Contains('/')
        : apiVersion.Length > group.Length && apiVersion.StartsWith(group, StringComparison.Ordinal) && apiVersion[group.Length] == '/';
}
