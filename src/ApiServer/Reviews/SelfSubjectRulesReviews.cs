using Navarch.Api.Authorization.V1;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Reviews;

/// <summary>What may I do here?</summary>
internal sealed class SelfSubjectRulesReviews(IAuthorizer authorizer) : SelfAnsweringReview<SelfSubjectRulesReview>
{
    protected override ValueTask<SelfSubjectRulesReview> AnswerAsync(SelfSubjectRulesReview question, ApiRequest request)
    {
        if (question.Spec.Namespace.Length == 0)
        {
            throw StatusErrors.BadRequest("no namespace on request").AsException();
        }

        var held = authorizer.RulesOf(request.User, question.Spec.Namespace);
        return new(question with
        {
            Status = new SubjectRulesReviewStatus
            {
                ResourceRules =
                [
                    .. held.Rules.Where(static rule => rule.Resources.Count > 0).Select(static rule => new ResourceRule
                    {
                        Verbs = rule.Verbs, APIGroups = rule.APIGroups, Resources = rule.Resources, ResourceNames = rule.ResourceNames,
                    }),
                ],
                NonResourceRules =
                [
                    .. held.Rules.Where(static rule => rule.NonResourceURLs.Count > 0).Select(static rule => new NonResourceRule { Verbs = rule.Verbs, NonResourceURLs = rule.NonResourceURLs }),
                ],
                Incomplete = held.Problem.Length > 0,
                EvaluationError = held.Problem,
            },
        });
    }
}
