using Navarch.Api;
using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Authorization.Rbac;

/// <summary>
/// Nobody gives what he does not have: who writes a role, or binds one, must hold every right in it, or have the verb
/// <c>escalate</c> on the role or <c>bind</c> on what is bound. Members of system:masters may anyway.
/// </summary>
internal sealed class EscalationCheck(IAuthorizer authorizer, RbacAuthorizer rbac, RbacIndex index) : IAdmission
{
    private const string Group = "rbac.authorization.k8s.io";

    // A rule of a thousand groups, resources, verbs and names each is a small body and a million million rights.
    private const int PartsMax = 50_000;

    private static readonly PolicyRule[] Everything =
    [
        new() { Verbs = ["*"], APIGroups = ["*"], Resources = ["*"] },
        new() { Verbs = ["*"], NonResourceURLs = ["*"] },
    ];

    public async ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request.Operation is not ("CREATE" or "UPDATE") || request.Value is not (Role or ClusterRole or RoleBinding or ClusterRoleBinding)
            || request.Options.User.IsIn(AuthorizerChain.Masters) || ChangesOnlyOwnership(request))
        {
            return request.Value;
        }

        switch (request.Value)
        {
            case Role role:
                await CheckRoleAsync(request, role.Rules, ct);
                break;
            case ClusterRole role:
                await CheckRoleAsync(request, role.Rules, ct);
                break;
            case RoleBinding binding:
                await CheckBindingAsync(request, binding.RoleRef, ct);
                break;
            case ClusterRoleBinding binding:
                await CheckBindingAsync(request, binding.RoleRef, ct);
                break;
            default:
                break;
        }

        return request.Value;
    }

    // The garbage collector must be able to let go of what it could not have written.
    private static bool ChangesOnlyOwnership(AdmissionRequest request) => request.Old is { } old && old.WithMetadata(old.Metadata with
    {
        OwnerReferences = request.Value.Metadata.OwnerReferences,
        Finalizers = request.Value.Metadata.Finalizers,
        ManagedFields = request.Value.Metadata.ManagedFields,
        ResourceVersion = request.Value.Metadata.ResourceVersion,
    }).Equals(request.Value);

    private async ValueTask CheckRoleAsync(AdmissionRequest request, IReadOnlyList<PolicyRule> rules, CancellationToken ct)
    {
        var metadata = request.Value.Metadata;
        var question = new RequestInfo
        {
            Verb = "escalate",
            Path = "",
            IsResource = true,
            Group = Group,
            Version = "*",
            Resource = request.Kind.Type.Plural,
            Namespace = metadata.Namespace,
            Name = metadata.Name,
        };
        if ((await authorizer.DecideAsync(request.Options.User, question, ct)).IsAllowed)
        {
            return;
        }

        Confirm(request, metadata.Namespace, rules);

        // Who writes what is gathered, writes what others will put there.
        if (request.Value is ClusterRole { AggregationRule: not null } || request.Old is ClusterRole { AggregationRule: not null })
        {
            if (Missing(request, "", Everything, out _).Count > 0)
            {
                throw StatusErrors.Forbidden(request.Kind.Type, metadata.Name, "must have cluster-admin privileges to use the aggregationRule").AsException();
            }
        }
    }

    private async ValueTask CheckBindingAsync(AdmissionRequest request, RoleRef role, CancellationToken ct)
    {
        var @namespace = request.Value.Metadata.Namespace;
        var question = new RequestInfo
        {
            Verb = "bind",
            Path = "",
            IsResource = true,
            Group = Group,
            Version = "*",
            Resource = role.Kind == "Role" ? "roles" : "clusterroles",
            Namespace = @namespace,
            Name = role.Name,
        };
        if ((await authorizer.DecideAsync(request.Options.User, question, ct)).IsAllowed)
        {
            return;
        }

        var rules = index.Find(role, @namespace)
            ?? throw StatusErrors.NotFound(Group, role.Kind == "Role" ? "role" : "clusterrole", role.Name).AsException();
        Confirm(request, @namespace, rules.Rules);
    }

    private void Confirm(AdmissionRequest request, string @namespace, IReadOnlyList<PolicyRule> wanted)
    {
        var user = request.Options.User;
        var missing = Missing(request, @namespace, wanted, out var problem);
        if (missing.Count == 0)
        {
            return;
        }

        var texts = RuleMatch.Compact(missing).Select(Text).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var message = $"user {GoText.Quote(user.Name)} (groups={Quoted(user.Groups)}) is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', texts)}";
        throw StatusErrors.Forbidden(
            request.Kind.Type, request.Value.Metadata.Name, problem.Length > 0 ? $"{message}; resolution errors: [{problem}]" : message).AsException();
    }

    private List<PolicyRule> Missing(AdmissionRequest request, string @namespace, IReadOnlyList<PolicyRule> wanted, out string problem)
    {
        var held = rbac.RulesOf(request.Options.User, @namespace);
        problem = held.Problem;
        List<PolicyRule> missing = [];
        var parts = 0;
        foreach (var part in wanted.Where(rule => !IsHeld(rule)).SelectMany(RuleMatch.Breakdown))
        {
            if (++parts > PartsMax)
            {
                throw StatusErrors.Forbidden(request.Kind.Type, request.Value.Metadata.Name, $"the rules grant more than {PartsMax} single rights that would have to be looked for one by one").AsException();
            }

            if (!IsHeld(part))
            {
                missing.Add(part);
            }
        }

        return missing;

        bool IsHeld(PolicyRule rule) => held.Rules.Any(owned => RuleMatch.Covers(owned, rule));
    }

    private static string Text(PolicyRule rule)
    {
        (string Name, IReadOnlyList<string> Values)[] parts =
        [
            ("APIGroups", rule.APIGroups), ("Resources", rule.Resources), ("NonResourceURLs", rule.NonResourceURLs), ("ResourceNames", rule.ResourceNames), ("Verbs", rule.Verbs),
        ];
        return "{" + string.Join(", ", parts.Where(static part => part.Values.Count > 0).Select(static part => $"{part.Name}:{Quoted(part.Values)}")) + "}";
    }

    private static string Quoted(IEnumerable<string> texts) => $"[{string.Join(' ', texts.Select(GoText.Quote))}]";
}
