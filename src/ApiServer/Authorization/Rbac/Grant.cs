using Navarch.Api.Rbac.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Authorization.Rbac;

/// <summary>Where bindings find a role, whatever becomes of it: rules come, change and go without a binding being touched.</summary>
internal sealed class RoleSlot(string kind, string @namespace, string name)
{
    private RoleRules? rules;

    public string Kind => kind;

    public string Namespace => @namespace;

    public string Name => name;

    /// <summary>Null while there is no such role.</summary>
    public RoleRules? Rules
    {
        get => Volatile.Read(ref rules);
        set => Volatile.Write(ref rules, value);
    }

    /// <summary>How many subjects have it by bindings. Kept by the index.</summary>
    public int Uses { get; set; }

    /// <summary>What is said of a binding to a role that is not there.</summary>
    public string Missing => $"{(kind == "Role" ? "role" : "clusterrole")}.rbac.authorization.k8s.io {GoText.Quote(name)} not found";
}

/// <summary>A role that a subject has by a binding. Its text is the reason for what it allows.</summary>
internal sealed class Grant(RoleSlot role, string bindingNamespace, string bindingName, Subject subject)
{
    public RoleSlot Role => role;

    public string BindingName => bindingName;

    public override string ToString()
    {
        var binding = bindingNamespace.Length == 0 ? $"ClusterRoleBinding {GoText.Quote(bindingName)}" : $"RoleBinding {GoText.Quote($"{bindingName}/{bindingNamespace}")}";
        var who = subject.Kind == "ServiceAccount" ? $"{subject.Name}/{(subject.Namespace.Length > 0 ? subject.Namespace : bindingNamespace)}" : subject.Name;
        return $"RBAC: allowed by {binding} of {role.Kind} {GoText.Quote(role.Name)} to {subject.Kind} {GoText.Quote(who)}";
    }
}

/// <summary>All that one user, or one group, has. Replaced part by part; readers need no lock.</summary>
internal sealed class SubjectGrants
{
    public static readonly Grant[] None = [];

    private Grant[] everywhere = None;

    /// <summary>By bindings of the cluster.</summary>
    public Grant[] Everywhere
    {
        get => Volatile.Read(ref everywhere);
        set => Volatile.Write(ref everywhere, value);
    }

    /// <summary>By the bindings of a namespace; null while there is none in any.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<string, Grant[]>? ByNamespace { get; set; }

    public bool IsEmpty => Everywhere.Length == 0 && (ByNamespace is null || ByNamespace.IsEmpty);

    public Grant[] In(string @namespace) =>
        @namespace.Length > 0 && ByNamespace is { } map && map.TryGetValue(@namespace, out var grants) ? grants : None;
}
