using Navarch.Api;
using Navarch.Api.ApiRegistration.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.FlowControl.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Scheduling.V1;
using Navarch.ApiServer.Discovery;
using Navarch.ApiServer.Resources.FlowControl;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Registry;

/// <summary>
/// What every cluster has from the start: four namespaces, two priority classes, priority levels and flow schemas, and
/// an APIService for each group version that the server serves itself.
/// </summary>
internal sealed class SystemObjects(Catalog catalog, ObjectWriter objects)
{
    private const string AutoManaged = "kube-aggregator.kubernetes.io/automanaged";

    private static readonly string[] Namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

    private static readonly PriorityClass[] Classes =
    [
        new()
        {
            Metadata = new ObjectMeta { Name = "system-cluster-critical" },
            Value = 2_000_000_000,
            Description = "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
        },
        new()
        {
            Metadata = new ObjectMeta { Name = "system-node-critical" },
            Value = 2_000_001_000,
            Description = "Used for system critical pods that must not be moved from their current node.",
        },
    ];

    /// <param name="served">Group and version of everything this server answers for itself.</param>
    public async Task EnsureAsync(IEnumerable<(string Group, string Version)> served, CancellationToken ct)
    {
        // All at once: writes that are under way together share a commit.
        await Task.WhenAll(
        [
            .. Namespaces.Select(name => EnsureAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, ct)),
            .. Classes.Select(item => EnsureAsync(item, ct)),
            .. SuggestedFlows.FixedLevels.Concat(SuggestedFlows.Levels).Select(level => EnsureAsync(level, ct, static (present, wanted) =>
                SuggestedFlows.FindFixedLevel(wanted.Metadata.Name) is null && !FollowsServer(present.Metadata) ? null
                : wanted.Spec.Type == PriorityLevelEnablement.Exempt && !FollowsServer(present.Metadata) ? null
                : present with { Spec = wanted.Spec })),
            .. SuggestedFlows.FixedSchemas.Concat(SuggestedFlows.Schemas).Select(schema => EnsureAsync(schema, ct, static (present, wanted) =>
                SuggestedFlows.FindFixed(wanted.Metadata.Name) is null && !FollowsServer(present.Metadata) ? null : present with { Spec = wanted.Spec })),
            .. served.Select(version => EnsureAsync(ServiceOf(version), ct, static (present, wanted) => present with { Spec = wanted.Spec })),
        ]);
    }

    private static bool FollowsServer(ObjectMeta metadata) => metadata.Annotations.Find(SuggestedFlows.AutoUpdate) == "true";

    private static APIService ServiceOf((string Group, string Version) served) => new()
    {
        Metadata = new ObjectMeta { Name = $"{served.Version}.{served.Group}", Labels = [new(AutoManaged, "onstart")] },
        Spec = new APIServiceSpec
        {
            Group = served.Group,
            Version = served.Version,
            GroupPriorityMinimum = GroupOrder.PriorityOf(served.Group),
            VersionPriority = GroupOrder.VersionPriorityOf(served.Group, served.Version),
        },
    };

    /// <param name="correct">What must become of an object that is there already; null to leave it as it is.</param>
    private async Task<StoredObject> EnsureAsync<T>(T wanted, CancellationToken ct, Func<T, T, T?>? correct = null) where T : class, IResource<T>
    {
        var kind = catalog.Get<T>();
        if (await objects.FindAsync(kind, wanted.Metadata.Name, ct) is { } found)
        {
            return await CorrectAsync(found);
        }

        try
        {
            return await objects.CreateAsync(kind, "", wanted, new WriteOptions(UserInfo.Server), ct);
        }
        catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists)
        {
            // Another server of the cluster was faster.
            return await objects.FindAsync(kind, wanted.Metadata.Name, ct) ?? throw new InvalidOperationException($"{kind.Type} {wanted.Metadata.Name} came and went", e);
        }

        async Task<StoredObject> CorrectAsync(StoredObject present)
        {
            if (correct?.Invoke((T)present.Value, wanted) is not { } corrected || corrected.Equals((T)present.Value))
            {
                return present;
            }

            var outcome = await objects.UpdateAsync(
                kind, "", wanted.Metadata.Name, current => correct((T)current.Value, wanted) ?? (IResource)current.Value, UpdateScope.Main, new WriteOptions(UserInfo.Server), ct);
            return outcome.Object;
        }
    }
}
