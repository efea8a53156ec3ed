using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Authorization.Rbac;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Authorization.Defaults;

/// <summary>
/// Puts back at each start what is missing of the default roles and bindings. Rules and subjects that somebody added stay;
/// an object whose annotation says so is left alone.
/// </summary>
internal sealed class PolicyReconciler(Catalog catalog, ObjectWriter objects)
{
    private const string AutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

    // So many writes at a time: they share a commit, and do not crowd out everything else.
    private const int WritesMax = 64;

    public async Task EnsureAsync(DefaultPolicy policy, CancellationToken ct)
    {
        List<Func<Task>> work =
        [
            .. policy.ClusterRoles.Select(role => (Func<Task>)(() => EnsureAsync(role, Correct, ct))),
            .. policy.ClusterBindings.Select(binding => (Func<Task>)(() => EnsureAsync(binding, Correct, ct))),
            .. policy.Roles.Select(role => (Func<Task>)(() => EnsureAsync(role, static (present, wanted) => present with { Rules = Extended(present.Rules, wanted.Rules) }, ct))),
            .. policy.Bindings.Select(binding => (Func<Task>)(() => EnsureAsync(binding, static (present, wanted) => present.RoleRef == wanted.RoleRef ? present with { Subjects = Extended(present.Subjects, wanted.Subjects) } : null, ct))),
        ];
        foreach (var batch in work.Chunk(WritesMax))
        {
            await Task.WhenAll(batch.Select(static one => one()));
        }
    }

    /// <summary>The rules present, and those of the wanted ones that are not covered yet.</summary>
    internal static IReadOnlyList<PolicyRule> Extended(IReadOnlyList<PolicyRule> present, IReadOnlyList<PolicyRule> wanted)
    {
        var missing = wanted.SelectMany(RuleMatch.Breakdown).Where(part => !present.Any(owned => RuleMatch.Covers(owned, part))).ToList();
        return missing.Count == 0 ? present : [.. present, .. RuleMatch.Compact(missing)];
    }

    private static ClusterRole Correct(ClusterRole present, ClusterRole wanted)
    {
        if (wanted.AggregationRule is not { } aggregation)
        {
            return present with { Rules = Extended(present.Rules, wanted.Rules) };
        }

        // Its rules are gathered by a controller; here only what is gathered is made sure of.
        var selectors = present.AggregationRule?.ClusterRoleSelectors ?? [];
        return present with { AggregationRule = new AggregationRule { ClusterRoleSelectors = [.. selectors, .. aggregation.ClusterRoleSelectors.Where(one => !selectors.Contains(one))] } };
    }

    // A binding to another role than the default is somebody's decision only until the next start, as upstream has it: the
    // role of a binding cannot change, so the binding is made anew.
    private static ClusterRoleBinding? Correct(ClusterRoleBinding present, ClusterRoleBinding wanted) =>
        present.RoleRef == wanted.RoleRef ? present with { Subjects = Extended(present.Subjects, wanted.Subjects) } : null;

    private static IReadOnlyList<Subject> Extended(IReadOnlyList<Subject> present, IReadOnlyList<Subject> wanted) =>
        wanted.All(present.Contains) ? present : [.. present, .. wanted.Where(subject => !present.Contains(subject))];

    /// <param name="correct">What must become of the present object; null when it must be replaced.</param>
    private async Task EnsureAsync<T>(T wanted, Func<T, T, T?> correct, CancellationToken ct) where T : class, IResource<T>
    {
        var kind = catalog.Get<T>();
        var (@namespace, name, write) = (wanted.Metadata.Namespace, wanted.Metadata.Name, new WriteOptions(UserInfo.Server));
        for (var tries = 0; tries < 3; tries++)
        {
            var found = await objects.FindAsync(kind, kind.Key(@namespace, name), ct);
            if (found is null)
            {
                try
                {
                    await objects.CreateAsync(kind, @namespace, wanted, write, ct);
                    return;
                }
                catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists)
                {
                    continue; // Another server of the cluster was faster.
                }
            }

            var present = (T)found.Value;
            if (present.Metadata.Annotations.Find(AutoUpdate) == "false")
            {
                return;
            }

            switch (correct(present, wanted))
            {
                case null:
                    await objects.DeleteAsync(kind, @namespace, name, DeleteOptions.Empty, write, ct);
                    break;
                case { } corrected when Marked(corrected, wanted).Equals(present):
                    return;
                default:
                    await objects.UpdateAsync(kind, @namespace, name, current => Marked(correct((T)current.Value, wanted) ?? (T)current.Value, wanted), UpdateScope.Main, write, ct);
                    return;
            }
        }
    }

    private static T Marked<T>(T value, T wanted) where T : class, IResource<T>
    {
        var metadata = value.Metadata;
        foreach (var (key, text) in wanted.Metadata.Labels)
        {
            metadata = metadata.Labels.Find(key) == text ? metadata : metadata with { Labels = metadata.Labels.With(key, text) };
        }

        foreach (var (key, text) in wanted.Metadata.Annotations)
        {
            metadata = metadata.Annotations.ContainsKey(key) ? metadata : metadata with { Annotations = metadata.Annotations.With(key, text) };
        }

        return ReferenceEquals(metadata, value.Metadata) ? value : (T)value.WithMetadata(metadata);
    }
}
