using Navarch.Api.Authentication.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Tokens;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Reviews;

/// <summary>Whose token is this?</summary>
/// <param name="tokens">Null where the server issues none, so that it knows none.</param>
internal sealed class TokenReviews(ServiceAccountTokens? tokens) : SelfAnsweringReview<TokenReview>
{
    private const string Unknown = "invalid bearer token";

    protected override ValueTask<TokenReview> AnswerAsync(TokenReview question, ApiRequest request)
    {
        var spec = question.Spec;
        if (spec.Token.Length == 0)
        {
            throw StatusErrors.BadRequest("token is required for TokenReview in authentication").AsException();
        }

        var status = new TokenReviewStatus { Error = Unknown };
        if (tokens is not null)
        {
            var audiences = spec.Audiences.Count > 0 ? spec.Audiences : tokens.Audiences;
            status = tokens.Find(spec.Token, audiences, out var meant) is { } user
                ? new TokenReviewStatus { Authenticated = true, Audiences = meant, User = new UserInfo { Username = user.Name, UID = user.Uid, Groups = user.Groups, Extra = user.Extra } }
                : new TokenReviewStatus { Error = Why(tokens.AudiencesOf(spec.Token), audiences) };
        }

        return new(question with { Status = status });
    }

    private static string Why(IReadOnlyList<string> given, IReadOnlyList<string> wanted) => given.Count == 0 || given.Any(wanted.Contains)
        ? Unknown
        : $"[{Unknown}, token audiences [{Quoted(given)}] is invalid for the target audiences [{Quoted(wanted)}]]";

    private static string Quoted(IReadOnlyList<string> texts) => string.Join(' ', texts.Select(static text => $"\"{text}\""));
}
