using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Api.Authorization.V1;
using Navarch.ApiServer.Admission.Expressions;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using TokenReview = Navarch.Api.Authentication.V1.TokenReview;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>Holds requests against the policies that are bound. Policies themselves, and questions of who may do what, are held against none: nobody locks themselves out.</summary>
internal sealed class PolicyAdmission(PolicyIndex<ValidatingPolicy> index, HookMatcher matcher, PolicyParameters parameters, Kind namespaces, IAuthorizer authorizer)
{
    private static readonly string Group = ValidatingAdmissionPolicy.ResourceType.Group;

    /// <summary>There is no policy that holds anywhere.</summary>
    public bool IsSilent => index.Current is null;

    /// <exception cref="StatusException">A policy refuses the request, or cannot tell.</exception>
    public ValueTask ValidateAsync(HookedRequest request, CancellationToken ct) =>
        index.Current is not { } policies || IsExempt(request.Kind) || ReferenceEquals(request.Options.User, UserInfo.Server) ? default : ValidateAsync(policies, request, ct);

    /// <summary>Policies and their bindings are out of the reach of policies, and so are the reviews of tokens and of rights.</summary>
    public static bool IsExempt(Kind kind) => kind.Type.Group == Group
        ? kind.Type.Plural.Contains("admissionpolic", StringComparison.Ordinal)
        : kind.Type.Group == TokenReview.ResourceType.Group || kind.Type.Group == SubjectAccessReview.ResourceType.Group;

    private async ValueTask ValidateAsync(BoundPolicy<ValidatingPolicy>[] policies, HookedRequest request, CancellationToken ct)
    {
        var report = new PolicyReport(request);
        foreach (var (policy, bindings) in policies)
        {
            if (await matcher.MatchAsync(policy.Scope, request, ct) is not { } version)
            {
                continue;
            }

            RequestValues? values = null;
            foreach (var binding in bindings)
            {
                if (binding.Scope is { } scope && await matcher.MatchAsync(scope, request, ct) is null)
                {
                    continue;
                }

                values ??= new RequestValues(request, version, namespaces, authorizer);
                await JudgeAsync(policy, binding, request, values, report, ct);
            }
        }

        report.Close();
    }

    private async ValueTask JudgeAsync(ValidatingPolicy policy, PolicyBinding binding, HookedRequest request, RequestValues values, PolicyReport report, CancellationToken ct)
    {
        try
        {
            if ((policy.Scope.Problem ?? binding.Scope?.Problem) is { } problem)
            {
                throw new PolicyException("failed to configure binding: " + problem);
            }

            foreach (var parameter in await parameters.FindAsync(policy, binding, request, ct))
            {
                foreach (var finding in await PolicyJudge.JudgeAsync(policy, values, parameter, report.Annotations, ct))
                {
                    report.Add(policy, binding, finding);
                }
            }
        }
        catch (PolicyException e)
        {
            if (!policy.FailsOpen)
            {
                report.Refuse(policy, binding, e.Message, "");
            }
        }
    }
}
