using System.Collections.Concurrent;
using Navarch.Api;
using Navarch.Api.Authentication.V1;
using Navarch.Api.Authorization.V1;

namespace Navarch.Kubelet.Tests.Runtime;

/// <summary>Answers reviews of tokens and of access as a test says, and counts them.</summary>
internal sealed class FakeAccess
{
    private int _asked;

    /// <summary>Who may what. At first the API server's user may everything, and nobody else anything.</summary>
    public Func<string, ResourceAttributes, bool> May { get; set; } = static (user, _) => user == "kube-apiserver-kubelet-client";

    /// <summary>User names by token.</summary>
    public ConcurrentDictionary<string, string> Tokens { get; } = new();

    public bool IsReachable { get; set; } = true;

    public int Asked => _asked;

    public IResource Answer(IResource question)
    {
        Interlocked.Increment(ref _asked);
        if (!IsReachable)
        {
            throw new HttpRequestException("connection refused");
        }
        return question switch
        {
            TokenReview review => review with
            {
                Status = Tokens.TryGetValue(review.Spec.Token, out var name)
                    ? new TokenReviewStatus { Authenticated = true, User = new UserInfo { Username = name, Groups = ["system:authenticated"] } }
                    : new TokenReviewStatus(),
            },
            SubjectAccessReview review => review with { Status = new SubjectAccessReviewStatus { Allowed = May(review.Spec.User, review.Spec.ResourceAttributes!) } },
            _ => throw new ArgumentException("not a review", nameof(question)),
        };
    }
}
