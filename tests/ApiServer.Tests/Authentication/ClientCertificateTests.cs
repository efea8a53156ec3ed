using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Authentication;

/// <summary>Clients that prove themselves with a certificate, as requests of one connection meet.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestAuthority authority = new();

    private X509Certificate2Collection Trusted => [authority.Certificate];

    public void Dispose() => authority.Dispose();

    [Fact]
    public async Task Requests_that_begin_a_connection_together_are_all_known_and_share_nothing_that_is_not_made_for_it()
    {
        using var certificate = authority.Client("jane", "crew");
        var trusted = Trusted;
        var authenticator = new ClientCertificateAuthenticator(() => trusted, new AuthorityUses(TimeProvider.System), TimeProvider.System);
        await AllAtOnceAsync(authenticator, certificate, static _ => { }, "jane");
    }

    [Fact]
    public async Task Requests_that_a_proxy_begins_a_connection_with_are_all_believed_and_share_nothing_that_is_not_made_for_it()
    {
        using var certificate = authority.Client("proxy");
        var authenticator = new FrontProxyAuthenticator(new FrontProxyConfig(Trusted), TimeProvider.System);
        await AllAtOnceAsync(authenticator, certificate, static http => http.Request.Headers["X-Remote-User"] = "jane", "jane");
    }

    [Fact]
    public async Task Who_is_trusted_no_more_is_not_known_any_more_on_the_same_connection()
    {
        using var others = new TestAuthority("others");
        using var certificate = authority.Client("jane");
        var trusted = Trusted;
        var authenticator = new ClientCertificateAuthenticator(() => trusted, new AuthorityUses(TimeProvider.System), TimeProvider.System);
        var http = new DefaultHttpContext();
        http.Features.Set<ITlsConnectionFeature>(new Connection(certificate, new Dictionary<object, object?>()));

        var before = await authenticator.AuthenticateAsync(http, TestContext.Current.CancellationToken);
        trusted = [others.Certificate];
        var after = await authenticator.AuthenticateAsync(http, TestContext.Current.CancellationToken);

        Assert.Equal(("jane", null), (before.User?.Name, after.User));
    }

    private static async Task AllAtOnceAsync(IAuthenticator authenticator, X509Certificate2 certificate, Action<HttpContext> prepare, string user)
    {
        var overlaps = new Overlaps();
        var connection = new Connection(certificate, new ConnectionItems(new Dictionary<object, object?>(overlaps)));
        using var start = new Barrier(8);
        var answers = await Task.WhenAll(Enumerable.Range(0, start.ParticipantCount).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var http = new DefaultHttpContext();
                http.Features.Set<ITlsConnectionFeature>(connection);
                http.Features.Set<IConnectionItemsFeature>(connection);
                prepare(http);
                start.SignalAndWait();
                return authenticator.AuthenticateAsync(http, TestContext.Current.CancellationToken).AsTask();
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));

        Assert.All(answers, answer => Assert.Equal(user, answer.User?.Name));
        Assert.False(overlaps.Happened, "the items of the connection were used by two requests at once");
    }

    /// <summary>What Kestrel gives all requests of one connection.</summary>
    private sealed class Connection(X509Certificate2 certificate, IDictionary<object, object?> items) : ITlsConnectionFeature, IConnectionItemsFeature
    {
        public X509Certificate2? ClientCertificate { get; set; } = certificate;

        public IDictionary<object, object?> Items { get; set; } = items;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }

    /// <summary>Notices when a dictionary is used by two at once: it takes its time for every key.</summary>
    private sealed class Overlaps : IEqualityComparer<object>
    {
        private int users;

        public bool Happened { get; private set; }

        public new bool Equals(object? left, object? right) => ReferenceEquals(left, right);

        public int GetHashCode(object obj)
        {
            Happened |= Interlocked.Increment(ref users) > 1;
            Thread.SpinWait(100_000);
            Interlocked.Decrement(ref users);
            return obj.GetHashCode();
        }
    }
}
