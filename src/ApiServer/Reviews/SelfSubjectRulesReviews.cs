using Navarch.Api.Authorization.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Reviews;

/// <summary>What may I do here?</summary>
internal sealed class SelfSubjectRulesReviews(IAuthorizer authorizer) : SelfAnsweringReview<SelfSubjectRulesReview>
{
    protected override ValueTask<SelfSubjectRulesReview> AnswerAsync(SelfSubjectRulesReview question, ApiRequest request) =>
        question.Spec.Namespace.Length == 0
            ? throw StatusErrors.BadRequest("no namespace on request").AsException()
            : new(question with { Status = authorizer.RulesOf(request.User, question.Spec.Namespace) });
}
