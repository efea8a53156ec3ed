using System.Globalization;
using System.Text;
using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// Tells whether a running container is still what the pod says. Only what may change in a running pod counts, its
/// image: a hash over everything would restart all containers whenever the API gains a field.
/// </summary>
internal static class ContainerHash
{
    public static string Of(Container container)
    {
        // FNV-1a: short, and the same in every process and version, as it is compared across restarts.
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(container.Name + "\n" + container.Image))
        {
            hash = (hash ^ b) * 16777619;
        }
        return hash.ToString("x", CultureInfo.InvariantCulture);
    }
}
