using Navarch.Api.Authorization.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Reviews;

/// <summary>Asks the authorizer a question that somebody put into an object.</summary>
internal sealed class AccessQuestion(IAuthorizer authorizer)
{
    /// <exception cref="StatusException">422: not exactly one thing is asked for.</exception>
    public async ValueTask<SubjectAccessReviewStatus> AskAsync(string kind, UserInfo user, ResourceAttributes? resource, NonResourceAttributes? path, CancellationToken ct)
    {
        if ((resource is null) == (path is null))
        {
            var errors = new FieldErrors();
            errors.Invalid("spec", new RawValue("{}"), "exactly one of nonResourceAttributes or resourceAttributes must be specified");
            throw StatusErrors.Invalid("authorization.k8s.io", kind, "", errors.All).AsException();
        }

        var request = resource is not null
            ? new RequestInfo
            {
                IsResource = true,
                Path = "",
                Verb = resource.Verb,
                Group = resource.Group,
                Version = resource.Version,
                Namespace = resource.Namespace,
                Resource = resource.Resource,
                Subresource = resource.Subresource,
                Name = resource.Name,
            }
            : new RequestInfo { Path = path!.Path, Verb = path.Verb };
        var reason = await authorizer.RefuseAsync(user, request, ct);
        return new SubjectAccessReviewStatus { Allowed = reason is null, Reason = reason ?? "" };
    }
}

/// <summary>May I?</summary>
internal sealed class SelfSubjectAccessReviews(AccessQuestion access) : Review<SelfSubjectAccessReview>
{
    protected override async ValueTask<SelfSubjectAccessReview> AnswerAsync(SelfSubjectAccessReview question, ApiRequest request) => question with
    {
        Status = await access.AskAsync("SelfSubjectAccessReview", request.User, question.Spec.ResourceAttributes, question.Spec.NonResourceAttributes, request.Aborted),
    };
}

/// <summary>May somebody?</summary>
internal sealed class SubjectAccessReviews(AccessQuestion access) : Review<SubjectAccessReview>
{
    protected override async ValueTask<SubjectAccessReview> AnswerAsync(SubjectAccessReview question, ApiRequest request) => question with
    {
        Status = await access.AskAsync(
            "SubjectAccessReview", new UserInfo(question.Spec.User, question.Spec.Groups), question.Spec.ResourceAttributes, question.Spec.NonResourceAttributes, request.Aborted),
    };
}

/// <summary>May somebody, in this namespace?</summary>
internal sealed class LocalSubjectAccessReviews(AccessQuestion access) : Review<LocalSubjectAccessReview>
{
    protected override async ValueTask<LocalSubjectAccessReview> AnswerAsync(LocalSubjectAccessReview question, ApiRequest request)
    {
        var spec = question.Spec;
        if (spec.ResourceAttributes is null || spec.ResourceAttributes.Namespace != request.Info.Namespace)
        {
            throw StatusErrors.BadRequest("spec.resourceAttributes.namespace must match namespace: " + request.Info.Namespace).AsException();
        }

        return question with
        {
            Status = await access.AskAsync("LocalSubjectAccessReview", new UserInfo(spec.User, spec.Groups), spec.ResourceAttributes, null, request.Aborted),
        };
    }
}
