using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Scheduling.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Registry;

/// <summary>What every cluster has from the start: four namespaces and two priority classes.</summary>
internal sealed class SystemObjects(Catalog catalog, ObjectWriter objects)
{
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

    public async Task EnsureAsync(CancellationToken ct)
    {
        foreach (var name in Namespaces)
        {
            await EnsureAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, ct);
        }

        foreach (var item in Classes)
        {
            await EnsureAsync(item, ct);
        }
    }

    private async Task EnsureAsync<T>(T wanted, CancellationToken ct) where T : class, IResource<T>
    {
        var kind = catalog.Get<T>();
        if (await objects.FindAsync(kind, wanted.Metadata.Name, ct) is not null)
        {
            return;
        }

        try
        {
            await objects.CreateAsync(kind, "", wanted, new WriteOptions(UserInfo.Server), ct);
        }
        catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists)
        {
            // Another server of the cluster was faster.
        }
    }
}
