using Navarch.Api.Authentication.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Reviews;

/// <summary>Whose token is this? The server issues none, so that it knows none.</summary>
internal sealed class TokenReviews : SelfAnsweringReview<TokenReview>
{
    protected override ValueTask<TokenReview> AnswerAsync(TokenReview question, ApiRequest request) => question.Spec.Token.Length == 0
        ? throw StatusErrors.BadRequest("token is required for TokenReview in authentication").AsException()
        : new(question with { Status = new TokenReviewStatus { Error = "invalid bearer token" } });
}
