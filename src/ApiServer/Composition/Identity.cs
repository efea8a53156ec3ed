using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Tokens;

namespace Navarch.ApiServer.Composition;

/// <summary>Who somebody is: the authenticators, in the order in which credentials count where somebody brings several.</summary>
internal sealed class Identity : IDisposable
{
    private readonly OidcAuthenticator issuers;

    public Identity(ApiServerConfig config, Catalog catalog, ObjectWriter objects, TimeProvider time, ILoggerFactory logs)
    {
        var asked = config.Authentication;
        AuthorityUses = new AuthorityUses(time);
        issuers = new OidcAuthenticator(asked, config.ServiceAccountTokens?.Issuers ?? [], time, logs.CreateLogger("Navarch.ApiServer.Oidc"));
        List<ITokenAuthenticator> others = [];
        if (asked.TokenFile.Length > 0)
        {
            others.Add(TokenFile.Load(asked.TokenFile));
        }

        if (config.ServiceAccountTokens is { } signed)
        {
            var log = logs.CreateLogger("Navarch.ApiServer.Tokens");
            var ring = new TokenKeyRing([.. signed.KeyFiles.Select(static file => new TokenKeyFile(file))], time, log);
            Tokens = new ServiceAccountTokens(signed, ring, catalog, time);
            others.Add(new SecretTokens(ring, objects, catalog, time, log));
        }

        others.Add(new BootstrapTokenAuthenticator(catalog, time));
        others.Add(issuers);
        OtherTokens = others;
        IReadOnlyList<ITokenAuthenticator> bearers = Tokens is null ? others : [new ServiceAccountAuthenticator(Tokens), .. others];
        List<IAuthenticator> all = [new ClientCertificateAuthenticator(config.ClientAuthorities, AuthorityUses, time), new BearerTokenAuthenticator(bearers)];
        if (asked.FrontProxy is { } frontProxy)
        {
            all.Insert(0, new FrontProxyAuthenticator(frontProxy, time));
        }

        Authenticators = new AuthenticatorChain(all, () => issuers.AnonymousPaths);
    }

    public AuthorityUses AuthorityUses { get; }

    /// <summary>Tokens of service accounts; null where there is no key to sign them.</summary>
    public ServiceAccountTokens? Tokens { get; }

    /// <summary>Who knows tokens that do not say whom they are for: they are for this server.</summary>
    public IReadOnlyList<ITokenAuthenticator> OtherTokens { get; }

    public AuthenticatorChain Authenticators { get; }

    public void Dispose() => issuers.Dispose();
}
