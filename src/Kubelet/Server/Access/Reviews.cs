using System.Security.Cryptography;
using System.Text;
using Navarch.Api.Authentication.V1;
using Navarch.Api.Authorization.V1;
using Navarch.Api.Json;
using Navarch.Client;

namespace Navarch.Kubelet.Server.Access;

/// <summary>
/// Asks the API server whose a token is and what a caller may do, and remembers the answers for a while. There is no
/// answer of one's own: while the API server cannot be asked, only what is remembered is known.
/// </summary>
internal sealed class Reviews(AccessConfig config, IClient client, TimeProvider time)
{
    private const int AnswersMax = 4_096;

    // Strangers can ask, too: what they ask must not become a flood of requests to the API server.
    private const int UnderWayMax = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // What strangers make up crowds out neither the tokens that are good nor the questions about those who have shown one.
    private readonly BoundedCache<UserInfo> _holders = new(AnswersMax, time);
    private readonly BoundedCache<bool> _worthless = new(AnswersMax, time);
    private readonly BoundedCache<bool> _rights = new(AnswersMax, time);
    private readonly SemaphoreSlim _tokenSlots = new(UnderWayMax, UnderWayMax);
    private readonly SemaphoreSlim _rightSlots = new(UnderWayMax, UnderWayMax);

    /// <summary>Whose a token is; null when it is nobody's.</summary>
    /// <exception cref="ReviewException">The API server gave no answer.</exception>
    public async Task<UserInfo?> FindAsync(string token, CancellationToken ct)
    {
        var key = Digest(Encoding.UTF8.GetBytes(token)); // The token itself is kept nowhere.
        if (_holders.TryGet(key, out var known) || _worthless.TryGet(key, out _))
        {
            return known;
        }
        var answer = await AskAsync(new TokenReview { Spec = new TokenReviewSpec { Token = token } }, _tokenSlots, ct);
        if (answer.Status is { Authenticated: true, User.Username.Length: > 0 } status)
        {
            _holders.Set(key, status.User, config.TokenCacheTtl);
            return status.User;
        }
        _worthless.Set(key, true, config.TokenCacheTtl);
        return null;
    }

    /// <exception cref="ReviewException">The API server gave no answer.</exception>
    public async Task<bool> MayAsync(UserInfo user, ResourceAttributes what, CancellationToken ct)
    {
        var question = new SubjectAccessReview
        {
            Spec = new SubjectAccessReviewSpec { User = user.Username, UID = user.UID, Groups = user.Groups, Extra = user.Extra, ResourceAttributes = what },
        };
        var key = Digest(ApiJson.ToUtf8(question)); // The whole question: the answer to any other is none to this one.
        if (_rights.TryGet(key, out var known))
        {
            return known;
        }
        var status = (await AskAsync(question, _rightSlots, ct)).Status;
        var allowed = status is { Allowed: true, Denied: false };
        _rights.Set(key, allowed, allowed ? config.CacheAuthorizedTtl : config.CacheUnauthorizedTtl);
        return allowed;
    }

    private async Task<T> AskAsync<T>(T question, SemaphoreSlim slots, CancellationToken ct) where T : class, Api.IResource<T>
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var timer = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), patience, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            await slots.WaitAsync(patience.Token);
            try
            {
                return await client.CreateAsync(question, patience.Token);
            }
            finally
            {
                slots.Release();
            }
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new ReviewException(e);
        }
    }

    private static string Digest(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}

/// <summary>The API server could not be asked about a caller.</summary>
internal sealed class ReviewException(Exception cause) : Exception($"the API server gave no answer about a caller: {cause.Message}", cause);
