using Navarch.Api.Authentication.V1;
using Navarch.ApiServer.Pipeline;

namespace Navarch.ApiServer.Reviews;

/// <summary>Who am I?</summary>
internal sealed class SelfSubjectReviews : SelfAnsweringReview<SelfSubjectReview>
{
    protected override ValueTask<SelfSubjectReview> AnswerAsync(SelfSubjectReview question, ApiRequest request) => new(question with
    {
        Status = new SelfSubjectReviewStatus
        {
            UserInfo = new UserInfo { Username = request.User.Name, UID = request.User.Uid, Groups = request.User.Groups, Extra = request.User.Extra },
        },
    });
}
