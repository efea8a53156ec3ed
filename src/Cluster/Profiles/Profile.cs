using System.Net;
using System.Text.Json.Serialization;

namespace Navarch.Cluster.Profiles;

/// <summary>
/// What was decided when a cluster was first started and must stay true for its whole life. Written once to
/// <c>profile.json</c>; every later start, stop and delete reads it.
/// </summary>
public sealed record Profile
{
    public required string Name { get; init; }
    public required int ApiPort { get; init; }
    public required int KubeletPort { get; init; }
    public required int MirrorPort { get; init; }
    public required string PodCidr { get; init; }
    public required string ServiceCidr { get; init; }

    /// <summary>The bridge the node's pods are plugged into. At most 15 characters, the kernel's limit.</summary>
    public required string Bridge { get; init; }

    /// <summary>How many control planes the cluster has. With one it shares the machine's network and keeps its own database.</summary>
    /// <remarks>Profiles of before there could be several do not say; they are read as 0.</remarks>
    public int ControlPlanes { get; init => field = Math.Max(value, 1); } = 1;

    /// <summary>As many as anybody needs: two of five may fail.</summary>
    public const int ControlPlanesMax = 5;

    /// <summary>The user runs a DNS server of their own behind the Service <c>kube-dns</c>; nodes do not answer themselves.</summary>
    public bool LeavesDnsToOthers { get; init; }

    /// <summary>Folders shared with other software that did not exist before, and are removed again if nothing else uses them.</summary>
    public IReadOnlyList<string> CreatedFolders { get; init; } = [];

    [JsonIgnore]
    public string NodeName => Name;

    /// <summary>The nftables table that holds the service proxy's rules.</summary>
    [JsonIgnore]
    public string NftTable => Name == ProfileName.Default ? "navarch" : $"navarch-{Name}";

    /// <summary>The cgroup above all pods of the node, as a path from each hierarchy's root.</summary>
    [JsonIgnore]
    public string CgroupParent => $"/navarch-{Name}";

    /// <summary>The name of cluster, user and context in the user's kubeconfig.</summary>
    [JsonIgnore]
    public string ContextName => Name;

    /// <summary>Addresses of several control planes: a /24 beyond the pods' ranges, by the same slot as the profile's pods.</summary>
    [JsonIgnore]
    public IPNetwork ControlPlaneNetwork
    {
        get
        {
            var slot = IPNetwork.Parse(PodCidr).BaseAddress.GetAddressBytes()[1];
            return new IPNetwork(new IPAddress([10, 252, slot, 0]), 24);
        }
    }

    /// <summary>The bridge that they are plugged into. At most 15 characters, as <see cref="Bridge"/>, from which it is made.</summary>
    [JsonIgnore]
    public string ControlPlaneBridge => $"cp-{(Bridge.Length <= 12 ? Bridge : Bridge[^12..])}";

    /// <summary>The nftables table by which they reach others than their like.</summary>
    [JsonIgnore]
    public string ControlPlaneTable => $"{NftTable}-control";

    [JsonIgnore]
    public Uri ApiAddress => new($"https://127.0.0.1:{ApiPort}");

    [JsonIgnore]
    public AddressPlan Addresses => new()
    {
        PodCidr = IPNetwork.Parse(PodCidr),
        ServiceCidr = IPNetwork.Parse(ServiceCidr),
        ApiPort = ApiPort,
        KubeletPort = KubeletPort,
        MirrorPort = MirrorPort,
    };
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Profile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
