using Navarch.Api.Meta.V1;
using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Authorization.Rbac;
using Navarch.Machinery.Rbac;

namespace Navarch.ApiServer.Authorization.Defaults;

/// <summary>The roles and bindings that every cluster has, as the text files beside this one list them.</summary>
internal sealed class DefaultPolicy
{
    private const string RbacGroup = "rbac.authorization.k8s.io";
    private const string AutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";
    private const string AggregatePrefix = "rbac.authorization.k8s.io/aggregate-to-";

    private readonly List<ClusterRole> clusterRoles = [];
    private readonly List<Role> roles = [];
    private readonly List<ClusterRoleBinding> clusterBindings = [];
    private readonly List<RoleBinding> bindings = [];

    private DefaultPolicy()
    {
    }

    public IReadOnlyList<ClusterRole> ClusterRoles => clusterRoles;

    public IReadOnlyList<Role> Roles => roles;

    public IReadOnlyList<ClusterRoleBinding> ClusterBindings => clusterBindings;

    public IReadOnlyList<RoleBinding> Bindings => bindings;

    public static DefaultPolicy Read()
    {
        var policy = new DefaultPolicy();
        foreach (var file in (string[])["ClusterRoles.txt", "ControllerRoles.txt", "Bindings.txt"])
        {
            using var stream = typeof(DefaultPolicy).Assembly.GetManifestResourceStream(file)!;
            using var reader = new StreamReader(stream);
            policy.ReadFile(reader.ReadToEnd());
        }

        policy.Gather();
        return policy;
    }

    public RoleRules RulesOf(string clusterRole) => new(clusterRoles.Find(role => role.Metadata.Name == clusterRole)!.Rules);

    private void ReadFile(string text)
    {
        var rules = new List<PolicyRule>();
        Action? finish = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                rules.Add(Rule(line.Trim()));
                continue;
            }

            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            finish?.Invoke();
            rules = [];
            var own = rules;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            finish = words[0] switch
            {
                "clusterrole" => () => clusterRoles.Add(ClusterRole(words, own)),
                "controller" => () => Controller(words[1], own),
                "role" => () => roles.Add(new Role { Metadata = Metadata(words[2], words[1]), Rules = own }),
                "clusterbinding" => () => clusterBindings.Add(Binding(words[1], words[2], words[3..])),
                "binding" => () => bindings.Add(new RoleBinding
                {
                    Metadata = Metadata(words[2], words[1]),
                    RoleRef = new RoleRef { APIGroup = RbacGroup, Kind = "Role", Name = words[3] },
                    Subjects = [.. words[4..].Select(Subject)],
                }),
                _ => throw new InvalidDataException(line),
            };
        }

        finish?.Invoke();
    }

    private void Controller(string name, IReadOnlyList<PolicyRule> rules)
    {
        var role = "system:controller:" + name;
        clusterRoles.Add(new ClusterRole { Metadata = Metadata(role), Rules = rules });
        clusterBindings.Add(Binding(role, role, [$"account=kube-system/{name}"]));
    }

    // A controller keeps them true. With these a cluster can be used before it has run, and where there is none.
    private void Gather()
    {
        bool changed;
        do
        {
            changed = false;
            for (var i = 0; i < clusterRoles.Count; i++)
            {
                if (clusterRoles[i] is { AggregationRule: not null } role && RoleAggregation.Gather(role, clusterRoles) is var rules && !rules.SequenceEqual(role.Rules))
                {
                    clusterRoles[i] = role with { Rules = rules };
                    changed = true;
                }
            }
        }
        while (changed);
    }

    private static ClusterRole ClusterRole(string[] words, IReadOnlyList<PolicyRule> rules)
    {
        var role = new ClusterRole { Metadata = Metadata(words[1]), Rules = rules };
        foreach (var word in words[2..])
        {
            var (key, value) = (word[..word.IndexOf('=')], word[(word.IndexOf('=') + 1)..]);
            role = key switch
            {
                "into" => role with { Metadata = role.Metadata with { Labels = role.Metadata.Labels.With(AggregatePrefix + value, "true") } },
                _ => role with { AggregationRule = new AggregationRule { ClusterRoleSelectors = [new LabelSelector { MatchLabels = [new(AggregatePrefix + value, "true")] }] } },
            };
        }

        return role;
    }

    private static ClusterRoleBinding Binding(string name, string role, IEnumerable<string> subjects) => new()
    {
        Metadata = Metadata(name),
        RoleRef = new RoleRef { APIGroup = RbacGroup, Kind = "ClusterRole", Name = role },
        Subjects = [.. subjects.Select(Subject)],
    };

    private static ObjectMeta Metadata(string name, string @namespace = "") => new()
    {
        Name = name,
        Namespace = @namespace,
        Labels = [new("kubernetes.io/bootstrapping", "rbac-defaults")],
        Annotations = [new(AutoUpdate, "true")],
    };

    private static Subject Subject(string word)
    {
        var (kind, name) = (word[..word.IndexOf('=')], word[(word.IndexOf('=') + 1)..]);
        return kind switch
        {
            "user" => new Subject { APIGroup = RbacGroup, Kind = "User", Name = name },
            "group" => new Subject { APIGroup = RbacGroup, Kind = "Group", Name = name },
            _ => new Subject { Kind = "ServiceAccount", Namespace = name[..name.IndexOf('/')], Name = name[(name.IndexOf('/') + 1)..] },
        };
    }

    private static PolicyRule Rule(string line)
    {
        var parts = line.Split(" : ");
        return parts[1][0] == '/' || parts[1].StartsWith("path:", StringComparison.Ordinal)
            ? new PolicyRule { Verbs = parts[0].Split(','), NonResourceURLs = [.. parts[1].Split(',').Select(static path => path.Replace("path:", "", StringComparison.Ordinal))] }
            : new PolicyRule
            {
                Verbs = parts[0].Split(','),
                APIGroups = [.. parts[1].Split(',').Select(static group => group == "core" ? "" : group)],
                Resources = parts[2].Split(','),
                ResourceNames = parts.Length > 3 ? parts[3].Split(',') : [],
            };
    }
}
