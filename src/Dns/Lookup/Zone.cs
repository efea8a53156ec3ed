using System.Collections.Concurrent;
using System.Collections.Immutable;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Client;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Lookup;

/// <summary>All services of the cluster, by the bytes that questions for them contain. Readers never wait.</summary>
internal sealed class Zone
{
    private readonly ConcurrentDictionary<byte[], ServiceEntry> services = new(WireBytes.Comparer);
    private readonly ConcurrentDictionary<byte[], bool> namespaces = new(WireBytes.Comparer);
    private readonly ConcurrentDictionary<byte[], ImmutableArray<byte[]>> namesByAddress = new(WireBytes.Comparer);
    private readonly ConcurrentDictionary<byte[], ServiceEntry>.AlternateLookup<ReadOnlySpan<byte>> servicesByPiece;
    private readonly ConcurrentDictionary<byte[], bool>.AlternateLookup<ReadOnlySpan<byte>> namespacesByPiece;
    private readonly ConcurrentDictionary<byte[], ImmutableArray<byte[]>>.AlternateLookup<ReadOnlySpan<byte>> namesByPiece;
    private readonly TimeProvider time;

    // Services and slices tell their changes from loops of their own.
    private readonly Lock changing = new();
    private StartOfAuthority authority;
    private volatile bool isComplete;

    /// <param name="domain">The cluster's, such as <c>cluster.local</c>.</param>
    /// <param name="timeToLive">Seconds for which clients may remember what they hear.</param>
    public Zone(string domain, uint timeToLive, TimeProvider time)
    {
        this.time = time;
        TimeToLive = timeToLive;
        Name = WireName.Parse(domain);
        LabelCount = CountLabels(Name);
        Server = [.. WireName.Labels("ns", "dns"), .. Name];
        authority = new(Server, [.. WireName.Labels("hostmaster"), .. Name], Serial(), timeToLive);
        servicesByPiece = services.GetAlternateLookup<ReadOnlySpan<byte>>();
        namespacesByPiece = namespaces.GetAlternateLookup<ReadOnlySpan<byte>>();
        namesByPiece = namesByAddress.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public byte[] Name { get; }

    public int LabelCount { get; }

    /// <summary>What this server is called within the zone.</summary>
    public byte[] Server { get; }

    public uint TimeToLive { get; }

    public StartOfAuthority Authority => Volatile.Read(ref authority);

    /// <summary>Everything has been seen once. Before, what is not found may well exist.</summary>
    public bool IsComplete => isComplete;

    public int ServiceCount => services.Count;

    public ServiceEntry? Find(ReadOnlySpan<byte> serviceAndNamespace) => servicesByPiece.TryGetValue(serviceAndNamespace, out var found) ? found : null;

    public bool HasNamespace(ReadOnlySpan<byte> label) => namespacesByPiece.ContainsKey(label);

    /// <summary>The names of an address, of 4 or 16 bytes.</summary>
    public ImmutableArray<byte[]> NamesOf(ReadOnlySpan<byte> address) => namesByPiece.TryGetValue(address, out var names) ? names : [];

    /// <summary>Everything there is has been given.</summary>
    public void Complete() => isComplete = true;

    public void Add(Namespace added) => namespaces[WireName.Labels(added.Metadata.Name)] = true;

    public void Remove(Namespace removed) => namespaces.TryRemove(WireName.Labels(removed.Metadata.Name), out _);

    /// <summary>Says what there is of a service from now on.</summary>
    /// <param name="read">Gives the service, null if it is gone, and its slices: called under the lock, so that what was read first is not written last.</param>
    public void Set(NamespacedName name, Func<(Service? Service, IReadOnlyList<EndpointSlice> Slices)> read)
    {
        var key = WireName.Labels(name.Name, name.Namespace);
        lock (changing)
        {
            var (service, slices) = read();
            var before = services.GetValueOrDefault(key);
            var after = service is null ? null : ServiceEntry.Of(service, slices, Name);
            if (after is null)
            {
                services.TryRemove(key, out _);
            }
            else
            {
                services[key] = after;
            }

            Rename(before, after);
            Volatile.Write(ref authority, authority with { Serial = Serial() });
        }
    }

    private void Rename(ServiceEntry? before, ServiceEntry? after)
    {
        var (gone, come) = (Names(before), Names(after));
        foreach (var (address, name) in gone.Where(pair => !come.Contains(pair)))
        {
            var rest = namesByAddress.GetValueOrDefault(address, []).RemoveAll(other => other.AsSpan().SequenceEqual(name));
            if (rest.IsEmpty)
            {
                namesByAddress.TryRemove(address, out _);
            }
            else
            {
                namesByAddress[address] = rest;
            }
        }

        foreach (var (address, name) in come.Where(pair => !gone.Contains(pair)))
        {
            namesByAddress[address] = namesByAddress.GetValueOrDefault(address, []).Add(name);
        }
    }

    private static HashSet<(byte[] Address, byte[] Name)> Names(ServiceEntry? entry)
    {
        var names = new HashSet<(byte[] Address, byte[] Name)>(PairComparer.Instance);
        foreach (var address in entry?.Addresses ?? [])
        {
            names.Add((address, entry!.Name));
        }

        foreach (var endpoint in entry?.Endpoints ?? [])
        {
            names.Add((endpoint.Address, [.. endpoint.Label, .. entry!.Name]));
        }

        return names;
    }

    private uint Serial() => (uint)time.GetUtcNow().ToUnixTimeSeconds();

    private static int CountLabels(byte[] name)
    {
        var count = 0;
        for (var at = 0; name[at] != 0; at += name[at] + 1)
        {
            count++;
        }

        return count;
    }

    private sealed class PairComparer : IEqualityComparer<(byte[] Address, byte[] Name)>
    {
        public static PairComparer Instance { get; } = new();

        public bool Equals((byte[] Address, byte[] Name) x, (byte[] Address, byte[] Name) y) =>
            x.Address.AsSpan().SequenceEqual(y.Address) && x.Name.AsSpan().SequenceEqual(y.Name);

        public int GetHashCode((byte[] Address, byte[] Name) obj) =>
            HashCode.Combine(WireBytes.Comparer.GetHashCode(obj.Address), WireBytes.Comparer.GetHashCode(obj.Name));
    }
}
