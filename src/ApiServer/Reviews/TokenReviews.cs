using Navarch.Api.Authentication.V1;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Tokens;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Reviews;

/// <summary>Whose token is this?</summary>
/// <param name="tokens">Null where the server issues none, so that it knows none.</param>
/// <param name="others">Who knows tokens that do not say whom they are for: they are for this server.</param>
internal sealed class TokenReviews(ServiceAccountTokens? tokens, IReadOnlyList<ITokenAuthenticator> others) : SelfAnsweringReview<TokenReview>
{
    private const string Unknown = "invalid bearer token";

    protected override async ValueTask<TokenReview> AnswerAsync(TokenReview question, ApiRequest request)
    {
        var spec = question.Spec;
        if (spec.Token.Length == 0)
        {
            throw StatusErrors.BadRequest("token is required for TokenReview in authentication").AsException();
        }

        IReadOnlyList<string> own = tokens?.Audiences ?? [];
        var audiences = spec.Audiences.Count > 0 ? spec.Audiences : own;
        IReadOnlyList<string> meant = [];
        var user = tokens?.Find(spec.Token, audiences, out meant);
        if (user is null)
        {
            meant = [.. audiences.Where(own.Contains)];
            for (var i = 0; i < others.Count && user is null && (meant.Count > 0 || audiences.Count == 0); i++)
            {
                user = await others[i].FindAsync(spec.Token, request.Aborted);
            }
        }

        return question with
        {
            Status = user is null
                ? new TokenReviewStatus { Error = tokens?.FindProblem(spec.Token, audiences) is { } why ? $"[{Unknown}, {why}]" : Unknown }
                : new TokenReviewStatus { Authenticated = true, Audiences = meant, User = new UserInfo { Username = user.Name, UID = user.Uid, Groups = user.Groups, Extra = user.Extra } },
        };
    }
}
