using Navarch.Api.Authorization.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Errors;
using UserInfo = Navarch.ApiServer.Registry.UserInfo;

namespace Navarch.ApiServer.Reviews;

/// <summary>Asks the authorizer a question that somebody put into an object.</summary>
internal sealed class AccessQuestion(IAuthorizer authorizer)
{
    /// <exception cref="StatusException">422: the question is not one.</exception>
    public async ValueTask<SubjectAccessReviewStatus> AskAsync(string kind, UserInfo user, ResourceAttributes? resource, NonResourceAttributes? path, FieldErrors errors, CancellationToken ct)
    {
        var spec = FieldPath.Of("spec");
        switch (resource, path)
        {
            case (not null, not null):
                errors.Invalid(spec / "nonResourceAttributes", RawValue.Of(path), "cannot be specified in combination with resourceAttributes");
                break;
            case (null, null):
                errors.Invalid(spec / "resourceAttributes", null, "exactly one of nonResourceAttributes or resourceAttributes must be specified");
                break;
            default:
                break;
        }

        if (resource is not null)
        {
            AccessSelectors.Validate(errors, spec / "resourceAttributes", resource);
        }

        if (errors.Any)
        {
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
            }.Selecting(AccessSelectors.Text(resource.FieldSelector), AccessSelectors.Text(resource.LabelSelector))
            : new RequestInfo { Path = path!.Path, Verb = path.Verb };
        var decision = await authorizer.DecideAsync(user, request, ct);
        return new SubjectAccessReviewStatus { Allowed = decision.IsAllowed, Denied = decision.Verdict == Verdict.Deny, Reason = decision.Reason, EvaluationError = decision.Problem };
    }

    /// <summary>May somebody? The question with its answer.</summary>
    /// <exception cref="StatusException">422: the question is not one.</exception>
    public async ValueTask<SubjectAccessReview> AnswerAsync(SubjectAccessReview question, CancellationToken ct)
    {
        var (errors, spec) = (new FieldErrors(), question.Spec);
        Somebody(errors, spec);
        NoMetadata(errors, question.Metadata, ObjectMeta.Empty, "must be empty");
        return question with { Status = await AskAsync("SubjectAccessReview", SubjectOf(spec), spec.ResourceAttributes, spec.NonResourceAttributes, errors, ct) };
    }

    public static UserInfo SubjectOf(SubjectAccessReviewSpec spec) => new(spec.User, spec.Groups) { Uid = spec.UID, Extra = spec.Extra };

    public static void Somebody(FieldErrors errors, SubjectAccessReviewSpec spec)
    {
        if (spec.User.Length == 0 && spec.Groups.Count == 0)
        {
            errors.Invalid("spec.user", "", "at least one of user or group must be specified");
        }
    }

    /// <param name="allowed">What of the metadata may be there.</param>
    public static void NoMetadata(FieldErrors errors, ObjectMeta metadata, ObjectMeta allowed, string detail)
    {
        if (metadata with { ManagedFields = [] } != allowed)
        {
            errors.Invalid("metadata", RawValue.Of(metadata), detail);
        }
    }
}

/// <summary>May I?</summary>
internal sealed class SelfSubjectAccessReviews(AccessQuestion access) : SelfAnsweringReview<SelfSubjectAccessReview>
{
    protected override async ValueTask<SelfSubjectAccessReview> AnswerAsync(SelfSubjectAccessReview question, ApiRequest request)
    {
        var errors = new FieldErrors();
        AccessQuestion.NoMetadata(errors, question.Metadata, ObjectMeta.Empty, "must be empty");
        return question with
        {
            Status = await access.AskAsync("SelfSubjectAccessReview", request.User, question.Spec.ResourceAttributes, question.Spec.NonResourceAttributes, errors, request.Aborted),
        };
    }
}

/// <summary>May somebody?</summary>
internal sealed class SubjectAccessReviews(AccessQuestion access) : SelfAnsweringReview<SubjectAccessReview>
{
    protected override ValueTask<SubjectAccessReview> AnswerAsync(SubjectAccessReview question, ApiRequest request) => access.AnswerAsync(question, request.Aborted);
}

/// <summary>May somebody, in this namespace?</summary>
internal sealed class LocalSubjectAccessReviews(AccessQuestion access) : SelfAnsweringReview<LocalSubjectAccessReview>
{
    protected override async ValueTask<LocalSubjectAccessReview> AnswerAsync(LocalSubjectAccessReview question, ApiRequest request)
    {
        var (errors, spec) = (new FieldErrors(), question.Spec);
        if (spec.ResourceAttributes is { } attributes && attributes.Namespace != request.Info.Namespace)
        {
            throw StatusErrors.BadRequest($"spec.resourceAttributes.namespace must match namespace: {request.Info.Namespace}").AsException();
        }

        AccessQuestion.Somebody(errors, spec);
        AccessQuestion.NoMetadata(errors, question.Metadata, new ObjectMeta { Namespace = question.Metadata.Namespace }, "must be empty except for namespace");
        if (spec.NonResourceAttributes is { } path)
        {
            errors.Invalid("spec.nonResourceAttributes", RawValue.Of(path), "disallowed on this kind of request");
        }

        return question with
        {
            Status = await access.AskAsync("LocalSubjectAccessReview", AccessQuestion.SubjectOf(spec), spec.ResourceAttributes, spec.NonResourceAttributes, errors, request.Aborted),
        };
    }
}
