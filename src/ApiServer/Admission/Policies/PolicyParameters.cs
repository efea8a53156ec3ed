using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>Finds the objects that policies are given as parameters.</summary>
internal sealed class PolicyParameters(Catalog catalog, ObjectStore stored)
{
    /// <summary>Every object is judged with on its own. Null stands for none, where none are asked for.</summary>
    /// <exception cref="PolicyException">There are none, and there must be.</exception>
    public async ValueTask<IReadOnlyList<byte[]?>> FindAsync(Policy policy, PolicyBinding binding, HookedRequest request, CancellationToken ct)
    {
        if (policy.ParamKind is not { } wanted)
        {
            return [null];
        }

        var kind = catalog.FindKind(wanted.APIVersion, wanted.Kind)
            ?? throw new PolicyException($"failed to configure policy: failed to find resource referenced by paramKind: '{wanted.APIVersion}, Kind={wanted.Kind}'");
        if (binding.ParamRef is not { } reference)
        {
            return [null];
        }

        var found = await FindAsync(kind, reference, NamespaceOf(kind, reference, request), ct);
        return found.Count > 0 || reference.ParameterNotFoundAction != ParameterNotFoundActionType.DenyAction
            ? [.. found.Select(stored => kind.Show(stored).Json)]
            : throw new PolicyException("failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction");
    }

    private static string NamespaceOf(Kind kind, ParamRef reference, HookedRequest request)
    {
        if (!kind.Type.Namespaced)
        {
            return reference.Namespace.Length == 0 ? "" : throw new PolicyException("failed to configure binding: paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
        }

        var name = reference.Namespace.Length > 0 ? reference.Namespace : request.Namespace;
        return name.Length > 0 ? name : throw new PolicyException("failed to configure binding: cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
    }

    private async ValueTask<List<StoredObject>> FindAsync(Kind kind, ParamRef reference, string @namespace, CancellationToken ct)
    {
        if (reference.Name.Length > 0)
        {
            return await stored.FindAsync(kind, kind.Key(@namespace, reference.Name), ct) is { } one ? [one] : [];
        }

        var (selector, found) = (Selector.Of(reference.Selector), new List<StoredObject>());
        var objects = kind.Objects.Current.Objects;
        for (var walk = kind.Type.Namespaced ? objects.From(@namespace + "/") : objects.All(); walk.MoveNext() && walk.Current.Namespace == @namespace;)
        {
            if (selector.Matches(walk.Current.Labels))
            {
                found.Add(walk.Current);
            }
        }

        return found;
    }
}

/// <summary>A policy cannot be asked as it is configured.</summary>
internal sealed class PolicyException(string message) : Exception(message);
