using Microsoft.AspNetCore.Http;
using Navarch.Api;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Tokens;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Authentication;

/// <summary>
/// Lets somebody act as somebody else who may <c>impersonate</c> every part of who that is: the name, each group, the id,
/// each value of anything else.
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
    /// <exception cref="StatusException">403: somebody may not. 500: a group or the like is asked for, but no user.</exception>
    public async ValueTask<UserInfo> ActAsAsync(UserInfo user, HttpContext http, CancellationToken ct)
    {
        var headers = http.Request.Headers;
        if (!IsAsked(headers))
        {
            return user;
        }

        var name = headers[UserHeader].ToString();
        var groups = headers[GroupHeader].OfType<string>().ToList();
        var uid = headers[UidHeader].ToString();
        var extra = ExtraHeaders.Read(headers, ExtraPrefixes);
        if (name.Length == 0)
        {
            throw StatusErrors.InternalError($"requested {Wanted(groups, uid, extra)} without impersonating a user").AsException();
        }

        var isAccount = TrySplitAccount(name, out var @namespace, out var account);
        await CheckAsync(user, isAccount ? new RequestInfo
        {
            Verb = "impersonate", Path = "", IsResource = true, Version = "v1", Resource = "serviceaccounts", Namespace = @namespace, Name = account,
        }
        : Question("users", name), ct);
        foreach (var group in groups)
        {
            await CheckAsync(user, Question("groups", group), ct);
        }

        if (uid.Length > 0)
        {
            await CheckAsync(user, Question("uids", uid) with { Group = AuthenticationGroup }, ct);
        }

        foreach (var (key, values) in extra)
        {
            foreach (var value in values)
            {
                await CheckAsync(user, Question("userextras", value) with { Group = AuthenticationGroup, Subresource = key }, ct);
            }
        }

        foreach (var header in headers.Keys.Where(static key => key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            headers.Remove(header);
        }

        return new UserInfo(name, WithOwn(name, groups, isAccount, @namespace)) { Uid = uid, Extra = extra };
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
    private static List<string> WithOwn(string name, List<string> groups, bool isAccount, string @namespace)
    {
        if (isAccount && groups.Count == 0)
        {
            groups = [.. ServiceAccountTokens.GroupsOf(@namespace)];
        }

        var own = name == "system:anonymous" ? "system:unauthenticated" : "system:authenticated";
        return groups.Contains(own) || (own == "system:authenticated" && groups.Contains("system:unauthenticated")) ? groups : [.. groups, own];
    }

    private static bool TrySplitAccount(string name, out string @namespace, out string account)
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

    private static RequestInfo Question(string resource, string name) => new() { Verb = "impersonate", Path = "", IsResource = true, Version = "v1", Resource = resource, Name = name };

    private async ValueTask CheckAsync(UserInfo user, RequestInfo question, CancellationToken ct)
    {
        var decision = await authorizer.DecideAsync(user, question, ct);
        if (!decision.IsAllowed)
        {
            throw Refusal.Of(user, question, decision.Reason);
        }
    }
}
