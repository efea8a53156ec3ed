using System.Text.Json;
using System.Text.Json.Nodes;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Pods;
using static Navarch.ApiServer.Media.ConfigJson;

namespace Navarch.ApiServer.Admission.Pods;

/// <summary>What pods tolerate where their namespace says nothing (podtolerationrestriction.admission.k8s.io/v1alpha1 Configuration).</summary>
/// <param name="Default">What they get.</param>
/// <param name="Allowed">All that they may have; anything where it is empty.</param>
internal sealed record TolerationSettings(IReadOnlyList<Toleration> Default, IReadOnlyList<Toleration> Allowed)
{
    public static readonly TolerationSettings None = new([], []);

    /// <param name="field">Where in the file it is.</param>
    /// <exception cref="InvalidDataException">It cannot be understood; the message says where.</exception>
    public static TolerationSettings Parse(JsonObject configuration, string field)
    {
        RequireKnown(configuration, field, "apiVersion", "kind", "default", "whitelist");
        RequireType(configuration, field, "podtolerationrestriction.admission.k8s.io/v1alpha1", "Configuration");
        return new(ParseList(configuration["default"]?.ToJsonString() ?? "[]"), ParseList(configuration["whitelist"]?.ToJsonString() ?? "[]"));
    }

    /// <exception cref="FormatException">It is no list of tolerations.</exception>
    public static IReadOnlyList<Toleration> ParseList(string json)
    {
        try
        {
            return [.. (JsonNode.Parse(json) as JsonArray ?? []).Select(static node => ApiJson.Parse<Toleration>(JsonSerializer.SerializeToUtf8Bytes(node)))];
        }
        catch (Exception e) when (e is JsonException or ApiJsonException)
        {
            throw new FormatException(e.Message, e);
        }
    }
}

/// <summary>Gives the pods of a namespace the tolerations that its annotation says, and lets them have no others than it allows. Off by default.</summary>
internal sealed class NamespaceTolerations(TolerationSettings settings, Kind namespaces) : IAdmission
{
    private const string Defaults = "scheduler.alpha.kubernetes.io/defaultTolerations";
    private const string Allowed = "scheduler.alpha.kubernetes.io/tolerationsWhitelist";

    // A node short of memory takes no pods that promise nothing: those that do promise are not kept off.
    private static readonly Toleration MemoryPressure = new() { Key = "node.kubernetes.io/memory-pressure", Operator = "Exists", Effect = TaintEffect.NoSchedule };

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (PodOf(request) is not { } pod)
        {
            return new(request.Value);
        }

        var added = request.Operation == "CREATE" ? Said(pod, Defaults) ?? settings.Default : [];
        if (PodQuality.Of(pod.Spec) != PodQOSClass.PodQOSBestEffort)
        {
            added = [.. added, MemoryPressure];
        }

        pod = added.Count == 0 ? pod : pod with { Spec = pod.Spec with { Tolerations = Merged([.. pod.Spec.Tolerations, .. added]) } };
        Check(pod);
        return new(pod);
    }

    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (PodOf(request) is { } pod)
        {
            Check(pod);
        }

        return default;
    }

    /// <summary>Each toleration that no other stands for.</summary>
    internal static IReadOnlyList<Toleration> Merged(IReadOnlyList<Toleration> all) =>
        [.. all.Where((one, i) => !all.Take(i).Any(earlier => Covers(earlier, one)) && !all.Skip(i + 1).Any(later => !later.Equals(one) && Covers(later, one)))];

    /// <summary>Whether whatever <paramref name="one"/> tolerates, <paramref name="wide"/> does.</summary>
    internal static bool Covers(Toleration wide, Toleration one) =>
        wide.Equals(one)
        || ((wide.Key == one.Key || (wide is { Key: "", Operator: "Exists" }))
            && (wide.Effect == one.Effect || wide.Effect.Length == 0)
            && (wide.Effect != TaintEffect.NoExecute || wide.TolerationSeconds is not { } longest || one.TolerationSeconds <= longest)
            && (wide.Operator == "Exists" || (wide.Operator is "" or "Equal" && one.Operator is "" or "Equal" && wide.Value == one.Value)));

    private static Pod? PodOf(AdmissionRequest request) => request is { Operation: "CREATE" or "UPDATE", Options.Subresource: "", Value: Pod pod } ? pod : null;

    private void Check(Pod pod)
    {
        var own = Said(pod, Allowed);
        var allowed = own ?? settings.Allowed;
        if (allowed.Count > 0 && !pod.Spec.Tolerations.All(one => allowed.Any(wide => Covers(wide, one))))
        {
            throw Problem($"pod tolerations (possibly merged with namespace default tolerations) conflict with its {(own is null ? "cluster" : "namespace")} whitelist");
        }
    }

    /// <summary>What the namespace says; null where it says nothing, which is not the same as saying that there are none.</summary>
    private IReadOnlyList<Toleration>? Said(Pod pod, string annotation)
    {
        var text = namespaces.Objects.Current.Objects.Find(pod.Metadata.Namespace)?.Value.Metadata.Annotations.Find(annotation);
        try
        {
            return text is null ? null : text.Length == 0 ? [] : TolerationSettings.ParseList(text);
        }
        catch (FormatException e)
        {
            throw Problem($"the annotation {annotation} of the namespace {pod.Metadata.Namespace} is no list of tolerations: {e.Message}");
        }
    }

    // Upstream gives these no code of their own.
    private static StatusException Problem(string message) => new Status { StatusValue = "Failure", Code = 500, Message = message }.AsException();
}
