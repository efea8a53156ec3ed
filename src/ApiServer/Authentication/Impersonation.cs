using Microsoft.AspNetCore.Http;
using Navarch.Api;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Tokens;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Authentication;

/// <summary>
/// Lets somebody act as somebody else who may be every part of who that is (the name, each group, the id, each value of anything
/// else): for this request alone, in one of the modes of <see cref="ImpersonationMode"/>, or for all, by the verb <c>impersonate</c>.
/// </summary>
internal sealed class Impersonation(IAuthorizer authorizer)
{
    private const string Prefix = "Impersonate-";
    private const string UserHeader = "Impersonate-User";
    private const string GroupHeader = "Impersonate-Group";
    private const string UidHeader = "Impersonate-Uid";
    private const string AccountPrefix = "system:serviceaccount:";
    private const string AuthenticationGroup = "authentication.k8s.io";

    private static readonly string[] ExtraPrefixes = ["Impersonate-Extra-"];

    /// <summary>Whom the request is made as. The headers are gone afterwards.</summary>
    /// <param name="info">What the request is about, before anybody was asked about it.</param>
    /// <exception cref="StatusException">403: somebody may not. 500: a group or the like is asked for, but no user.</exception>
    public async ValueTask<Impersonated> ActAsAsync(UserInfo user, RequestInfo info, HttpContext http, CancellationToken ct)
    {
        var headers = http.Request.Headers;
        if (!IsAsked(headers))
        {
            return new(user);
        }

        var name = headers[UserHeader].ToString();
        var groups = headers[GroupHeader].OfType<string>().ToList();
        var uid = headers[UidHeader].ToString();
        var extra = ExtraHeaders.Read(headers, ExtraPrefixes);
        if (name.Length == 0)
        {
            throw StatusErrors.InternalError($"requested {Wanted(groups, uid, extra)} without impersonating a user").AsException();
        }

        var wanted = new UserInfo(name, groups) { Uid = uid, Extra = extra };
        var mode = await FindModeAsync(user, wanted, info, ct);
        if (mode is null && await FindRefusalAsync(user, Questions(wanted, "impersonate", ""), ct) is { } refusal)
        {
            throw refusal;
        }

        foreach (var header in headers.Keys.Where(static key => key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            headers.Remove(header);
        }

        return new(wanted with { Groups = WithOwn(wanted, isNode: mode?.IsOfNodes == true) }, mode?.Verb ?? "");
    }

    /// <summary>The mode in which the request may be made; null where it may be made in none.</summary>
    private async ValueTask<ImpersonationMode?> FindModeAsync(UserInfo user, UserInfo wanted, RequestInfo info, CancellationToken ct)
    {
        foreach (var mode in ImpersonationMode.Of(user, wanted))
        {
            if (await FindRefusalAsync(user, [mode.On(info), .. Questions(wanted, mode.Verb, AuthenticationGroup)], ct) is null)
            {
                return mode;
            }
        }

        return null;
    }

    /// <summary>What one must be allowed to be somebody.</summary>
    /// <param name="group">Of users and groups. Ids and the rest have always been of another.</param>
    private static IEnumerable<RequestInfo> Questions(UserInfo wanted, string verb, string group)
    {
        yield return TrySplitAccount(wanted.Name, out var @namespace, out var account) ? Question("serviceaccounts", account, group) with { Namespace = @namespace }
            : group.Length > 0 && ImpersonationMode.NodeOf(wanted.Name) is { } node ? Question("nodes", node, group)
            : Question("users", wanted.Name, group);
        foreach (var name in wanted.Groups)
        {
            yield return Question("groups", name, group);
        }

        if (wanted.Uid.Length > 0)
        {
            yield return Question("uids", wanted.Uid, AuthenticationGroup);
        }

        foreach (var (key, values) in wanted.Extra)
        {
            foreach (var value in values)
            {
                yield return Question("userextras", value, AuthenticationGroup) with { Subresource = key };
            }
        }

        RequestInfo Question(string resource, string name, string inGroup) =>
            new() { Verb = verb, Path = "", IsResource = true, Group = inGroup, Version = "v1", Resource = resource, Name = name };
    }

    private static bool IsAsked(IHeaderDictionary headers)
    {
        foreach (var (key, _) in headers)
        {
            if (key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    // What everybody of a sort is in need not be said.
    private static IReadOnlyList<string> WithOwn(UserInfo wanted, bool isNode)
    {
        var groups = wanted.Groups.Count > 0 ? wanted.Groups
            : isNode ? ["system:nodes"]
            : TrySplitAccount(wanted.Name, out var @namespace, out _) ? ServiceAccountTokens.GroupsOf(@namespace)
            : [];
        var own = wanted.Name == "system:anonymous" ? "system:unauthenticated" : "system:authenticated";
        return groups.Contains(own) || (own == "system:authenticated" && groups.Contains("system:unauthenticated")) ? groups : [.. groups, own];
    }

    internal static bool TrySplitAccount(string name, out string @namespace, out string account)
    {
        (@namespace, account) = ("", "");
        if (!name.StartsWith(AccountPrefix, StringComparison.Ordinal) || name[AccountPrefix.Length..].Split(':') is not [{ Length: > 0 } first, { Length: > 0 } second])
        {
            return false;
        }

        (@namespace, account) = (first, second);
        return true;
    }

    private static string Wanted(List<string> groups, string uid, Map<IReadOnlyList<string>> extra) => string.Join(
        ", ", [.. groups.Select(static group => $"group {group}"), .. uid.Length > 0 ? [$"uid {uid}"] : Array.Empty<string>(), .. extra.Keys.Select(static key => $"extra {key}")]);

    /// <summary>The first refusal; null where all is allowed.</summary>
    private async ValueTask<StatusException?> FindRefusalAsync(UserInfo user, IEnumerable<RequestInfo> questions, CancellationToken ct)
    {
        foreach (var question in questions)
        {
            var decision = await authorizer.DecideAsync(user, question, ct);
            if (!decision.IsAllowed)
            {
                return Refusal.Of(user, question, decision.Reason);
            }
        }

        return null;
    }
}

/// <summary>Whom a request is made as.</summary>
/// <param name="Constraint">The verb that allowed it for this request; empty where nobody else acts, or for everything.</param>
internal readonly record struct Impersonated(UserInfo User, string Constraint = "");
