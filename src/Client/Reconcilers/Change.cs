using System.Text;
using Navarch.Api;
using Navarch.Api.Meta.V1;

namespace Navarch.Client;

/// <summary>One write that a plan asks for: said as data, so that a plan can be looked at before anything happens.</summary>
public abstract record Change
{
    private Change()
    {
    }

    /// <summary>The object the change is about.</summary>
    public abstract IResource Subject { get; }

    /// <summary>Carries the change out; returns the object as stored, null after a deletion.</summary>
    /// <exception cref="ApiException">The server refused.</exception>
    public abstract Task<IResource?> ExecuteAsync(IClient client, CancellationToken ct);

    /// <summary>A new object.</summary>
    public sealed record Create<T>(T Object) : Change where T : class, IResource<T>
    {
        public override IResource Subject => Object;

        public override async Task<IResource?> ExecuteAsync(IClient client, CancellationToken ct) => await client.CreateAsync(Object, ct);
    }

    /// <summary>The object as it is to be, but for its status. Refused when it changed since it was read.</summary>
    public sealed record Update<T>(T Object) : Change where T : class, IResource<T>
    {
        public override IResource Subject => Object;

        public override async Task<IResource?> ExecuteAsync(IClient client, CancellationToken ct) => await client.UpdateAsync(Object, ct);
    }

    /// <summary>The object with its status as it is to be. Refused when it changed since it was read.</summary>
    public sealed record Status<T>(T Object) : Change where T : class, IResource<T>
    {
        public override IResource Subject => Object;

        public override async Task<IResource?> ExecuteAsync(IClient client, CancellationToken ct) => await client.UpdateStatusAsync(Object, ct);
    }

    /// <summary>A change of a few fields, whatever the others are meanwhile.</summary>
    public sealed record Patched<T>(T Object, Patch Patch, string Subresource = "") : Change where T : class, IResource<T>
    {
        public override IResource Subject => Object;

        public override async Task<IResource?> ExecuteAsync(IClient client, CancellationToken ct) =>
            await client.PatchAsync<T>(NamespacedName.Of(Object), Patch, Subresource, ct);
    }

    /// <summary>The end of this very object. Its being gone, or another one having its name, is as good.</summary>
    public sealed record Delete<T>(T Object) : Change where T : class, IResource<T>
    {
        public override IResource Subject => Object;

        /// <summary>Null leaves the grace period to the object.</summary>
        public long? GracePeriodSeconds { get; init; }

        /// <summary>Null leaves it to the kind what happens to dependents.</summary>
        public string? Propagation { get; init; }

        public override async Task<IResource?> ExecuteAsync(IClient client, CancellationToken ct)
        {
            try
            {
                var options = DeleteOptions.Empty with
                {
                    Preconditions = new() { UID = Object.Metadata.UID },
                    GracePeriodSeconds = GracePeriodSeconds,
                    PropagationPolicy = Propagation,
                };
                await client.DeleteAsync<T>(NamespacedName.Of(Object), options, ct);
            }
            catch (ApiException e) when (e.IsNotFound || e.IsConflict)
            {
            }

            return null;
        }
    }

    /// <summary>What and whom, without content.</summary>
    protected virtual bool PrintMembers(StringBuilder builder)
    {
        builder.Append(Subject.GetResourceType().Kind).Append(' ').Append(NamespacedName.Of(Subject));
        return true;
    }
}

/// <summary>What became of one change.</summary>
/// <param name="Stored">The object as stored; null after a deletion or an error.</param>
public readonly record struct ChangeOutcome(Change Change, IResource? Stored, ApiException? Error);
