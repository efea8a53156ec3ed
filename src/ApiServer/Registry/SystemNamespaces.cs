using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Registry;

/// <summary>The namespaces that every cluster has.</summary>
internal sealed class SystemNamespaces(Catalog catalog, ObjectWriter objects)
{
    private static readonly string[] Names = ["default", "kube-node-lease", "kube-public", "kube-system"];

    public async Task EnsureAsync(CancellationToken ct)
    {
        var kind = catalog.Get<Namespace>();
        foreach (var name in Names)
        {
            if (await objects.FindAsync(kind, name, ct) is not null)
            {
                continue;
            }

            try
            {
                await objects.CreateAsync(kind, "", new Namespace { Metadata = new ObjectMeta { Name = name } }, new WriteOptions(UserInfo.Server), ct);
            }
            catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists)
            {
                // Another server of the cluster was faster.
            }
        }
    }
}
