using System.Net;
using System.Net.Sockets;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Services;

/// <summary>
/// Sees to it that no two services have one address or node port. What is in use is not kept anywhere but in the services
/// themselves: it is read from them on start and learned from every event, so it cannot go wrong in a crash.
/// </summary>
internal sealed class ServiceAllocator : IAllocator
{
    // Guards both pools.
    private readonly Lock gate = new();
    private readonly AddressPool addresses;
    private readonly PortPool ports;
    private readonly string family;

    /// <param name="family">That of the cluster's addresses.</param>
    public ServiceAllocator(AddressPool addresses, PortPool ports, AddressFamily family)
    {
        this.addresses = addresses;
        this.ports = ports;
        this.family = family == AddressFamily.InterNetwork ? IPFamily.IPv4Protocol : IPFamily.IPv6Protocol;
    }

    /// <summary>Shows to clients what is given out here; null while there is nobody to show it to.</summary>
    public ServiceAddresses? Objects { get; set; }

    /// <summary>Learns what exists, and from then on every change. To be called when the cache is loaded and stands still.</summary>
    public void Attach(Collection services)
    {
        services.KeepValues();
        for (var walk = services.Current.Objects.All(); walk.MoveNext();)
        {
            Learn(null, walk.Current);
        }

        services.Applying += change => Learn(change.Previous, change.Current);
    }

    /// <summary>Gives out addresses from these ranges from now on.</summary>
    public void LearnRanges(IReadOnlyList<AddressRange> ranges)
    {
        lock (gate)
        {
            addresses.Ranges = ranges;
        }
    }

    /// <summary>An address somebody recorded for a purpose of their own is not given to a service.</summary>
    public void LearnRecorded(Navarch.Api.Networking.V1.IPAddress? previous, Navarch.Api.Networking.V1.IPAddress? current)
    {
        lock (gate)
        {
            if (previous is not null && !ServiceAddresses.IsManaged(previous) && IPAddress.TryParse(previous.Metadata.Name, out var old))
            {
                addresses.Unblock(old);
            }

            if (current is not null && !ServiceAddresses.IsManaged(current) && IPAddress.TryParse(current.Metadata.Name, out var address))
            {
                addresses.Block(address);
            }
        }
    }

    /// <summary>Where others give out from the same ranges; null where this server is the only one.</summary>
    public ServiceClaims? Claims { get; set; }

    public Task SettleAsync(string key, IResource? before, IResource? after, CancellationToken ct) =>
        Claims is { } claims ? claims.SettleAsync(key, (Service?)before, (Service?)after, ct)
        : Objects?.SettleAsync(key, ct) ?? Task.CompletedTask;

    public async ValueTask<Reservation> ReserveAsync(IResource value, IResource? old, bool isDryRun, FieldErrors errors, CancellationToken ct)
    {
        var owner = $"{value.Metadata.Namespace}/{value.Metadata.Name}";
        var elsewhere = new Taken(); // What others turned out to have. Passed over for as long as this goes on.
        try
        {
            while (true)
            {
                var taken = new Taken();
                var service = Reserve((Service)value, (Service?)old, owner, taken, errors);
                if (Claims is not { } claims || isDryRun || errors.Any || taken.IsEmpty)
                {
                    return new Reservation(service, () => End(taken), release: null);
                }

                IReadOnlyList<IServiceClaim> made;
                try
                {
                    made = await claims.TryClaimAsync(owner, taken, elsewhere, ct);
                }
                catch
                {
                    End(taken);
                    throw;
                }

                if (made.Count > 0)
                {
                    return new Reservation(service, () => End(taken), () => claims.ReleaseAsync(owner, made));
                }

                Keep(taken, elsewhere);
            }
        }
        finally
        {
            End(elsewhere);
        }
    }

    private Service Reserve(Service service, Service? old, string owner, Taken taken, FieldErrors errors)
    {
        lock (gate)
        {
            service = service with { Spec = ReserveAddress(service.Spec, old?.Spec, owner, taken, errors) };
            service = service with { Spec = ReservePorts(service.Spec, old?.Spec, owner, taken, errors) };
            return service with { Spec = ReserveHealthPort(service.Spec, old?.Spec, owner, taken, errors) };
        }
    }

    private static bool NeedsAddress(ServiceSpec spec) => spec.Type != ServiceType.ExternalName && spec.ClusterIP != "None";

    private static bool NeedsPorts(ServiceSpec spec) =>
        spec.Type == ServiceType.NodePort || (spec.Type == ServiceType.LoadBalancer && spec.AllocateLoadBalancerNodePorts != false);

    private static bool IsFixedPort(ServiceSpec spec) => spec.Type is ServiceType.NodePort or ServiceType.LoadBalancer;

    private ServiceSpec ReserveAddress(ServiceSpec spec, ServiceSpec? old, string owner, Taken taken, FieldErrors errors)
    {
        if (spec.Type == ServiceType.ExternalName)
        {
            return spec with { ClusterIP = "", ClusterIPs = [], IPFamilies = [], IPFamilyPolicy = null };
        }

        if (spec.IPFamilies.Count == 0)
        {
            spec = spec with { IPFamilies = [family] };
        }

        spec = spec with { IPFamilyPolicy = spec.IPFamilyPolicy ?? IPFamilyPolicy.SingleStack };
        if (NeedsAddress(spec) && !CheckFamilies(spec, errors))
        {
            return spec;
        }

        if (!NeedsAddress(spec))
        {
            return spec with { ClusterIPs = ["None"] };
        }

        if (spec.ClusterIP.Length == 0 && old is not null && NeedsAddress(old))
        {
            spec = spec with { ClusterIP = old.ClusterIP };
        }

        if (spec.ClusterIP.Length == 0)
        {
            var any = addresses.TakeAny();
            if (any is null)
            {
                errors.Add("InternalError", "spec.clusterIPs", "Internal error: failed to allocate a serviceIP: range is full");
                return spec;
            }

            taken.Addresses.Add(any);
            return spec with { ClusterIP = any.ToString(), ClusterIPs = [any.ToString()] };
        }

        if (old is not null && spec.ClusterIP == old.ClusterIP)
        {
            return spec with { ClusterIPs = [spec.ClusterIP] };
        }

        if (!IPAddress.TryParse(spec.ClusterIP, out var wanted) || !addresses.Contains(wanted))
        {
            errors.Invalid("spec.clusterIPs", new RawValue($"[\"{spec.ClusterIP}\"]"), $"failed to allocate IP {spec.ClusterIP}: the provided network does not match the current range");
        }
        else if (!addresses.TryTake(wanted, owner))
        {
            errors.Invalid("spec.clusterIPs", new RawValue($"[\"{spec.ClusterIP}\"]"), $"failed to allocate IP {spec.ClusterIP}: provided IP is already allocated");
        }
        else
        {
            taken.Addresses.Add(wanted);
        }

        return spec with { ClusterIPs = [spec.ClusterIP] };
    }

    private bool CheckFamilies(ServiceSpec spec, FieldErrors errors)
    {
        if (spec.IPFamilyPolicy == IPFamilyPolicy.RequireDualStack)
        {
            errors.Invalid("spec.ipFamilyPolicy", spec.IPFamilyPolicy, "this cluster is not configured for dual-stack services");
            return false;
        }

        for (var i = 0; i < spec.IPFamilies.Count; i++)
        {
            if (spec.IPFamilies[i] != family)
            {
                errors.Invalid($"spec.ipFamilies[{i}]", spec.IPFamilies[i], "not configured on this cluster");
                return false;
            }
        }

        return true;
    }

    private ServiceSpec ReserveHealthPort(ServiceSpec spec, ServiceSpec? old, string owner, Taken taken, FieldErrors errors)
    {
        if (spec.Type != ServiceType.LoadBalancer || spec.ExternalTrafficPolicy != ServiceExternalTrafficPolicy.Local || (spec.HealthCheckNodePort != 0 && spec.HealthCheckNodePort == old?.HealthCheckNodePort))
        {
            return spec;
        }

        var port = spec.HealthCheckNodePort;
        if (port == 0)
        {
            port = ports.TakeAny(owner);
        }
        else if (taken.Ports.Contains(port) || !ports.Contains(port) || !ports.TryTake(port, owner))
        {
            var why = ports.Contains(port) ? "provided port is already allocated" : $"provided port is not in the valid range. The range of valid ports is {ports}";
            errors.Invalid("spec.healthCheckNodePort", port, $"failed to allocate requested HealthCheck NodePort {port}: {why}");
            return spec;
        }

        if (port == 0)
        {
            errors.Internal("spec.healthCheckNodePort", "failed to allocate a HealthCheck NodePort: range is full");
            return spec;
        }

        taken.Ports.Add(port);
        return spec with { HealthCheckNodePort = port };
    }

    private ServiceSpec ReservePorts(ServiceSpec spec, ServiceSpec? old, string owner, Taken taken, FieldErrors errors)
    {
        if (!IsFixedPort(spec))
        {
            return spec.Ports.Any(static port => port.NodePort != 0) && old is not null && IsFixedPort(old)
                ? spec with { Ports = [.. spec.Ports.Select(static port => port with { NodePort = 0 })] }
                : spec;
        }

        var result = new ServicePort[spec.Ports.Count];
        for (var i = 0; i < result.Length; i++)
        {
            var port = spec.Ports[i];
            if (port.NodePort == 0)
            {
                port = port with { NodePort = Kept(port, old) };
            }

            if (port.NodePort == 0 && NeedsPorts(spec))
            {
                var any = ports.TakeAny(owner);
                if (any == 0)
                {
                    errors.Add("InternalError", $"spec.ports[{i}].nodePort", "Internal error: failed to allocate a nodePort: range is full");
                }
                else
                {
                    taken.Ports.Add(any);
                    port = port with { NodePort = any };
                }
            }
            else if (port.NodePort != 0 && old?.Ports.Any(p => p.NodePort == port.NodePort) != true && !taken.Ports.Contains(port.NodePort))
            {
                if (!ports.Contains(port.NodePort))
                {
                    errors.Invalid($"spec.ports[{i}].nodePort", port.NodePort, $"provided port is not in the valid range. The range of valid ports is {ports}");
                }
                else if (!ports.TryTake(port.NodePort, owner))
                {
                    errors.Invalid($"spec.ports[{i}].nodePort", port.NodePort, "provided port is already allocated");
                }
                else
                {
                    taken.Ports.Add(port.NodePort);
                }
            }

            result[i] = port;
        }

        return spec with { Ports = result };
    }

    // A client that wrote the service before it had a node port does not lose it by writing the same again.
    private static int Kept(ServicePort port, ServiceSpec? old) =>
        old is null || !IsFixedPort(old) ? 0 : old.Ports.FirstOrDefault(p => p.Port == port.Port && p.Protocol == port.Protocol && p.Name == port.Name)?.NodePort ?? 0;

    private void Learn(StoredObject? previous, StoredObject? current)
    {
        lock (gate)
        {
            if (previous?.Value is Service before)
            {
                foreach (var ip in before.Spec.ClusterIPs)
                {
                    if (IPAddress.TryParse(ip, out var address))
                    {
                        addresses.Free(address, previous.Key);
                    }
                }

                foreach (var port in before.Spec.Ports)
                {
                    ports.Free(port.NodePort, previous.Key);
                }

                ports.Free(before.Spec.HealthCheckNodePort, previous.Key);
            }

            if (current?.Value is Service after)
            {
                foreach (var ip in after.Spec.ClusterIPs)
                {
                    if (IPAddress.TryParse(ip, out var address))
                    {
                        addresses.Use(address, current.Key);
                    }
                }

                foreach (var port in after.Spec.Ports)
                {
                    if (port.NodePort != 0)
                    {
                        ports.Use(port.NodePort, current.Key);
                    }
                }

                if (after.Spec.HealthCheckNodePort != 0)
                {
                    ports.Use(after.Spec.HealthCheckNodePort, current.Key);
                }
            }
        }
    }

    private void End(Taken taken)
    {
        lock (gate)
        {
            foreach (var address in taken.Addresses)
            {
                addresses.EndPending(address);
            }

            foreach (var port in taken.Ports)
            {
                ports.EndPending(port);
            }
        }
    }

    /// <summary>Ends what was taken but for what others have: that stays aside, and is nobody's here.</summary>
    private void Keep(Taken taken, Taken elsewhere)
    {
        lock (gate)
        {
            foreach (var address in taken.Addresses.Except(elsewhere.Addresses))
            {
                addresses.EndPending(address);
            }

            foreach (var port in taken.Ports)
            {
                if (elsewhere.Ports.Contains(port))
                {
                    ports.Disown(port);
                }
                else
                {
                    ports.EndPending(port);
                }
            }
        }
    }
}

/// <summary>What a service is to have that it does not have yet.</summary>
internal sealed class Taken
{
    public HashSet<IPAddress> Addresses { get; } = [];

    public HashSet<int> Ports { get; } = [];

    public bool IsEmpty => Addresses.Count + Ports.Count == 0;
}
