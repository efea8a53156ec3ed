using System.Collections.Concurrent;
using Navarch.Api.Core.V1;
using Navarch.Api.DynamicResources.V1;
using Navarch.Api.Storage.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Pods;

namespace Navarch.ApiServer.Authorization.Nodes;

/// <summary>
/// What the pods of each node need, kept by the feed of the cache: one entry per node and thing, with the number of pods
/// that need it. One thread writes, any number read without a lock.
/// </summary>
internal sealed class NodeGraph
{
    private readonly ConcurrentDictionary<Edge, int> edges = new();

    // By a secret's key: the volumes whose mounting takes it.
    private readonly ConcurrentDictionary<string, string[]> volumesOfSecret = new(StringComparer.Ordinal);
    private readonly Collection pods;
    private readonly Collection volumes;
    private readonly Collection attachments;
    private readonly Collection slices;
    private readonly int nodeField;

    public NodeGraph(Catalog catalog)
    {
        pods = catalog.Get<Pod>().Objects;
        volumes = catalog.Get<PersistentVolume>().Objects;
        attachments = catalog.Get<VolumeAttachment>().Objects;
        slices = catalog.Get<ResourceSlice>().Objects;
        nodeField = pods.Kind.FieldIndex("spec.nodeName");
    }

    /// <summary>How many entries there are.</summary>
    public int Count => edges.Count;

    /// <summary>Learns what there is, and from then on what changes. To be called when the cache is loaded and stands still.</summary>
    public void Attach()
    {
        for (var walk = pods.Current.Objects.All(); walk.MoveNext();)
        {
            LearnPod(null, walk.Current);
        }

        for (var walk = volumes.Current.Objects.All(); walk.MoveNext();)
        {
            LearnVolume(null, walk.Current);
        }

        pods.Applying += change => LearnPod(change.Previous, change.Current);
        volumes.Applying += change => LearnVolume(change.Previous, change.Current);
    }

    public bool Needs(string node, Needed what, string @namespace, string name) =>
        edges.ContainsKey(new Edge(node, what, @namespace, name))
        || (what == Needed.Secret && volumesOfSecret.TryGetValue($"{@namespace}/{name}", out var names) && Array.Exists(names, volume => NeedsVolume(node, volume)));

    public bool HasPod(string node, string @namespace, string name) =>
        pods.Current.Objects.Find($"{@namespace}/{name}") is { } pod && pod.Fields[nodeField] == node;

    /// <summary>A volume is needed by who needs the claim it is bound to.</summary>
    public bool NeedsVolume(string node, string name) =>
        volumes.Current.Objects.Find(name)?.Value is PersistentVolume { Spec.ClaimRef: { } claim } && Needs(node, Needed.Claim, claim.Namespace, claim.Name);

    public bool HasAttachment(string node, string name) => attachments.Current.Objects.Find(name)?.Value is VolumeAttachment attachment && attachment.Spec.NodeName == node;

    public bool HasSlice(string node, string name) => slices.Current.Objects.Find(name)?.Value is ResourceSlice slice && slice.Spec.NodeName == node;

    private void LearnPod(StoredObject? before, StoredObject? after)
    {
        var (left, found) = (NodeOf(before), NodeOf(after));
        if ((left.Length == 0 && found.Length == 0) || (left == found && !MayNeedMore(before!, after!)))
        {
            return; // The usual change of a pod is one of its status, which needs nothing: it is not even decoded.
        }

        // First what is new, so that nobody is refused what both need.
        if (found.Length > 0)
        {
            Change(after!, found, +1);
        }

        if (left.Length > 0)
        {
            Change(before!, left, -1);
        }
    }

    // What a bound pod refers to is fixed, but for what can be added later.
    private static bool MayNeedMore(StoredObject before, StoredObject after) =>
        Has(after, "\"ephemeralContainers\":"u8) || Has(before, "\"ephemeralContainers\":"u8)
        || Has(after, "esourceClaimStatus"u8) || Has(before, "esourceClaimStatus"u8)
        || Has(after, Mirror) != Has(before, Mirror);

    private static ReadOnlySpan<byte> Mirror => "\"kubernetes.io/config.mirror\":"u8;

    private static bool Has(StoredObject stored, ReadOnlySpan<byte> text) => stored.Json.AsSpan().IndexOf(text) >= 0;

    private string NodeOf(StoredObject? pod) => pod?.Fields[nodeField] ?? "";

    private void Change(StoredObject stored, string node, int by)
    {
        var pod = (Pod)stored.Value;
        if (pod.Metadata.Annotations.ContainsKey(PodReferences.MirrorAnnotation))
        {
            return; // A node says itself what it mirrors, and must not get anything by it.
        }

        foreach (var (what, name) in PodReferences.Of(pod))
        {
            var edge = new Edge(node, what, stored.Namespace, name);
            var count = edges.GetValueOrDefault(edge) + by;
            if (count > 0)
            {
                edges[edge] = count;
            }
            else
            {
                edges.TryRemove(edge, out _);
            }
        }
    }

    private void LearnVolume(StoredObject? before, StoredObject? after)
    {
        var left = before is null ? [] : SecretsOf((PersistentVolume)before.Value);
        var found = after is null ? [] : SecretsOf((PersistentVolume)after.Value);
        foreach (var secret in found.Except(left))
        {
            volumesOfSecret[secret] = [.. volumesOfSecret.GetValueOrDefault(secret, []), after!.Name];
        }

        foreach (var secret in left.Except(found))
        {
            string[] rest = [.. volumesOfSecret.GetValueOrDefault(secret, []).Where(name => name != before!.Name)];
            if (rest.Length > 0)
            {
                volumesOfSecret[secret] = rest;
            }
            else
            {
                volumesOfSecret.TryRemove(secret, out _);
            }
        }
    }

    /// <summary>Keys of the secrets that a node, and not only a controller, needs for a volume.</summary>
    private static HashSet<string> SecretsOf(PersistentVolume volume)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var spec = volume.Spec;
        var claimNamespace = spec.ClaimRef?.Namespace ?? "";
        Add(spec.AzureFile?.SecretNamespace ?? claimNamespace, spec.AzureFile?.SecretName);
        Add(spec.StorageOS?.SecretRef?.Namespace, spec.StorageOS?.SecretRef?.Name);
        foreach (var reference in (SecretReference?[])
            [spec.CephFS?.SecretRef, spec.Cinder?.SecretRef, spec.FlexVolume?.SecretRef, spec.RBD?.SecretRef, spec.ScaleIO?.SecretRef, spec.ISCSI?.SecretRef,
             spec.CSI?.NodeStageSecretRef, spec.CSI?.NodePublishSecretRef, spec.CSI?.NodeExpandSecretRef])
        {
            Add(reference?.Namespace, reference?.Name);
        }

        return found;

        void Add(string? @namespace, string? name)
        {
            if (!string.IsNullOrEmpty(name))
            {
                found.Add($"{(string.IsNullOrEmpty(@namespace) ? claimNamespace : @namespace)}/{name}");
            }
        }
    }

    private readonly record struct Edge(string Node, Needed What, string Namespace, string Name);
}
