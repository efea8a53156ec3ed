using Navarch.Api;

namespace Navarch.Client;

/// <summary>Turns the changes of one informer into keys to look at.</summary>
public sealed class Trigger
{
    private readonly Func<Action<NamespacedName>, Action<Exception>, IDisposable?> subscribe;

    private Trigger(IInformer informer, Func<Action<NamespacedName>, Action<Exception>, IDisposable?> subscribe)
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
        new(informer, (enqueue, failed) => informer.Subscribe((before, after) =>
        {
            if (after is not null)
            {
                Enqueue(after, keysOf, enqueue, failed);
            }

            if (before is not null)
            {
                Enqueue(before, keysOf, enqueue, failed); // The queue drops what it holds already.
            }
        }));

    /// <summary>The key of each object there is, whenever a value is another than before: one that all of them depend on, and that no informer shows.</summary>
    /// <param name="value">Looked at each <paramref name="period"/>; must not throw.</param>
    public static Trigger OnAll<T>(Informer<T> informer, Func<object> value, TimeSpan period, TimeProvider time) where T : class, IResource<T> =>
        new(informer, (enqueue, _) =>
        {
            var last = value();
            return time.CreateTimer(Look, null, period, period);

            void Look(object? state)
            {
                if (value() is var now && !now.Equals(last))
                {
                    last = now;
                    foreach (var item in informer.Snapshot.Items)
                    {
                        enqueue(NamespacedName.Of(item));
                    }
                }
            }
        });

    /// <summary>Nothing to look at: the informer is only read (and waited for).</summary>
    public static Trigger None(IInformer informer) => new(informer, static (_, _) => null);

    /// <summary>Begins to pass keys on; everything that exists is passed on first. Ends with the disposal of what is returned.</summary>
    /// <param name="failed">Told what went wrong with an object that nobody can say the keys of.</param>
    public IDisposable? Connect(Action<NamespacedName> enqueue, Action<Exception> failed) => subscribe(enqueue, failed);

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
        new(informer, (enqueue, failed) => informer.Subscribe((before, after) => Enqueue((pick(before, after) ?? before)!, keysOf, enqueue, failed)));

    private static void Enqueue<T>(T item, Func<T, IEnumerable<NamespacedName>> keysOf, Action<NamespacedName> enqueue, Action<Exception> failed)
    {
        try
        {
            foreach (var key in keysOf(item))
            {
                enqueue(key);
            }
        }
        catch (Exception e) // One object in which nobody sees sense must not keep the changes of all others from everybody.
        {
            failed(e);
        }
    }

    private static bool IsGroup(string apiVersion, string group) => group.Length == 0
        ? !apiVersion.Contains('/')
        : apiVersion.Length > group.Length && apiVersion.StartsWith(group, StringComparison.Ordinal) && apiVersion[group.Length] == '/';
}
