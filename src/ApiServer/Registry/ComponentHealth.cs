using Navarch.Api.Coordination.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.WatchCache;
using Navarch.Storage;

namespace Navarch.ApiServer.Registry;

/// <summary>Finds out how the parts of the control plane are, for those who still ask for component statuses.</summary>
/// <remarks>
/// A part that leads by a lease is well while it renews it. Without a lease it runs in this server's process, and ends with it.
/// </remarks>
internal sealed class ComponentHealth(Catalog catalog, IRevisionStore store, TimeProvider time)
{
    /// <summary>Puts what is true now where reads of the kind look.</summary>
    public void Refresh()
    {
        var kind = catalog.Get<ComponentStatus>();
        var revision = catalog.Get<Lease>().Objects.Current.Revision;
        kind.Objects.Load(
            [
                Status(kind, "controller-manager", ProblemOf("kube-controller-manager")),
                Status(kind, "etcd-0", store.Completion.IsCompleted ? "the store has ended" : null),
                Status(kind, "scheduler", ProblemOf("kube-scheduler")),
            ],
            revision);
    }

    private static StoredObject Status(Kind kind, string name, string? problem) => StoredObject.From(
        kind.Prepare(new ComponentStatus
        {
            Metadata = new ObjectMeta { Name = name },
            Conditions = [new ComponentCondition { Type = ComponentConditionType.ComponentHealthy, Status = problem is null ? "True" : "False", Message = problem ?? "ok" }],
        }),
        0,
        keepValue: true);

    private string? ProblemOf(string lease)
    {
        if (catalog.Get<Lease>().Objects.Current.Objects.Find($"kube-system/{lease}")?.Value is not Lease { Spec: { RenewTime: { } renewed, LeaseDurationSeconds: { } seconds } spec })
        {
            return null;
        }

        var age = time.GetUtcNow() - renewed.Value;
        return age <= TimeSpan.FromSeconds(seconds) ? null : $"the lease of {spec.HolderIdentity} has not been renewed for {(long)age.TotalSeconds} s";
    }
}
