using System.Globalization;
using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Controllers;

/// <summary>The ReplicaSets of a Deployment as its history: which has the current template, and what the annotations on them say.</summary>
internal sealed record Revisions(Deployment Deployment, ReplicaSet? New, IReadOnlyList<ReplicaSet> Old)
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string RevisionHistory = "deployment.kubernetes.io/revision-history";
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";

    // What a Deployment's annotations say of itself is not true of its sets.
    private static readonly HashSet<string> NotCopied =
        ["kubectl.kubernetes.io/last-applied-configuration", Revision, RevisionHistory, DesiredReplicas, MaxReplicas, "deprecated.deployment.rollback.to"];

    // Bytes; an annotation is no place for a history without end.
    private const int HistoryLengthMax = 2000;

    public IEnumerable<ReplicaSet> All => New is null ? Old : [.. Old, New];

    /// <summary>Of several sets with the template the oldest is it; the others count as old.</summary>
    public static Revisions Of(Deployment deployment, IReadOnlyList<ReplicaSet> sets)
    {
        var wanted = TemplateHash.Plain(deployment.Spec.Template);
        var byAge = sets.OrderBy(set => set.Metadata.CreationTimestamp).ThenBy(set => set.Metadata.Name, StringComparer.Ordinal).ToList();
        var found = byAge.FirstOrDefault(set => TemplateHash.Plain(set.Spec.Template) == wanted);
        return new Revisions(deployment, found, [.. byAge.Where(set => set != found)]);
    }

    public static long NumberOf(IResource resource) =>
        long.TryParse(resource.Metadata.Annotations.Find(Revision), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    public static int? AnnotatedCount(ReplicaSet set, string annotation) =>
        int.TryParse(set.Metadata.Annotations.Find(annotation), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    /// <summary>The annotations of the set of the current template.</summary>
    public Map<string> AnnotationsOfNew()
    {
        var annotations = New?.Metadata.Annotations ?? [];
        foreach (var (key, value) in Deployment.Metadata.Annotations)
        {
            if (!NotCopied.Contains(key))
            {
                annotations = annotations.With(key, value);
            }
        }

        var before = New is null ? 0 : NumberOf(New);
        var number = Math.Max(before, Old.Select(set => NumberOf(set)).DefaultIfEmpty().Max() + 1);
        if (number != before)
        {
            annotations = annotations.With(Revision, number.ToString(CultureInfo.InvariantCulture));
            if (before > 0)
            {
                annotations = annotations.With(RevisionHistory, Extended(annotations.Find(RevisionHistory) ?? "", before));
            }
        }

        return annotations;
    }

    public static Map<string> WithCounts(Map<string> annotations, Deployment deployment) => annotations
        .With(DesiredReplicas, Text(deployment.Wanted))
        .With(MaxReplicas, Text(deployment.Wanted + deployment.MaxSurge));

    /// <summary>A set of the current template, which does not exist yet.</summary>
    public ReplicaSet Make(int replicas)
    {
        var hash = TemplateHash.Of(TemplateHash.Plain(Deployment.Spec.Template), Deployment.Status.CollisionCount ?? 0);
        var template = TemplateHash.Labelled(Deployment.Spec.Template, hash);
        var selector = Deployment.Spec.Selector ?? LabelSelector.Empty;
        return new ReplicaSet
        {
            Metadata = new ObjectMeta
            {
                Name = $"{Deployment.Metadata.Name}-{hash}",
                Namespace = Deployment.Metadata.Namespace,
                Labels = template.Metadata.Labels,
                Annotations = WithCounts(AnnotationsOfNew(), Deployment),
                OwnerReferences = [Deployment.AsController()],
            },
            Spec = new ReplicaSetSpec
            {
                Replicas = replicas,
                MinReadySeconds = Deployment.Spec.MinReadySeconds,
                Selector = selector with { MatchLabels = selector.MatchLabels.With(TemplateHash.Label, hash) },
                Template = template,
            },
        };
    }

    private static string Extended(string history, long number)
    {
        var entries = history.Split(',', StringSplitOptions.RemoveEmptyEntries).Append(Text(number)).ToList();
        while (entries.Count > 1 && entries.Sum(entry => entry.Length + 1) > HistoryLengthMax)
        {
            entries.RemoveAt(0);
        }

        return string.Join(',', entries);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
