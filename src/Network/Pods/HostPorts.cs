using System.Collections.Immutable;
using Navarch.Api.Core.V1;
using Navarch.Network.Services;

namespace Navarch.Network.Pods;

/// <summary>
/// What a pod's <c>hostPort</c>s ask of its node: each is a frontend with the pod as the only backend. Depends on its
/// arguments alone.
/// </summary>
internal static class HostPorts
{
    public static ImmutableArray<FrontendRule> For(Pod pod)
    {
        if (pod.Spec.HostNetwork || pod.Status.Phase is PodPhase.PodSucceeded or PodPhase.PodFailed
            || !Address.TryParse(pod.Status.PodIP, out var podAddress) || !podAddress.CanBeEndpoint)
        {
            return [];
        }
        return
        [
            .. from container in pod.Spec.InitContainers.Concat(pod.Spec.Containers)
               from port in container.Ports
               let frontend = FrontendOf(port)
               where frontend is not null && port.ContainerPortValue is > 0 and <= ushort.MaxValue
               select new FrontendRule(frontend.Value)
               {
                   Backends = [new Backend(podAddress, (ushort)port.ContainerPortValue, IsLocal: true)],
               },
        ];
    }

    private static Frontend? FrontendOf(ContainerPort port)
    {
        if (port.HostPort is not (> 0 and <= ushort.MaxValue) || ServiceRules.TransportOf(port.Protocol) is not { } transport)
        {
            return null;
        }
        var address = Address.None;
        if (port.HostIP is not ("" or "0.0.0.0") && !Address.TryParse(port.HostIP, out address))
        {
            return null;
        }
        return new Frontend(address, transport, (ushort)port.HostPort);
    }
}
