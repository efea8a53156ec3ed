using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Tokens;

namespace Navarch.ApiServer.Composition;

/// <summary>Who somebody is: the authenticators, in the order in which credentials count where somebody brings several.</summary>
internal sealed class Identity : IDisposable
{
    private readonly OidcAuthenticator? oidc;

    public Identity(ApiServerConfig config, Catalog catalog, TimeProvider time, ILoggerFactory logs)
    {
        var asked = config.Authentication;
        if (config.ServiceAccountTokens is { } signed)
        {
            var ring = new TokenKeyRing([.. signed.KeyFiles.Select(static file => new TokenKeyFile(file))], time, logs.CreateLogger("Navarch.ApiServer.Tokens"));
            Tokens = new ServiceAccountTokens(signed, ring, catalog, time);
        }

        oidc = asked.Oidc is { } issuer ? new OidcAuthenticator(issuer, time, logs.CreateLogger("Navarch.ApiServer.Oidc")) : null;
        List<ITokenAuthenticator> bearers = [];
        if (asked.TokenFile.Length > 0)
        {
            bearers.Add(TokenFile.Load(asked.TokenFile));
        }

        if (Tokens is not null)
        {
            bearers.Add(new ServiceAccountAuthenticator(Tokens));
        }

        bearers.Add(new BootstrapTokenAuthenticator(catalog, time));
        if (oidc is not null)
        {
            bearers.Add(oidc);
        }

        List<IAuthenticator> all = [new ClientCertificateAuthenticator(config.ClientAuthorities, time), new BearerTokenAuthenticator(bearers)];
        if (asked.FrontProxy is { } frontProxy)
        {
            all.Insert(0, new FrontProxyAuthenticator(frontProxy, time));
        }

        Authenticators = new AuthenticatorChain(all, asked.AnonymousPaths);
    }

    /// <summary>Tokens of service accounts; null where there is no key to sign them.</summary>
    public ServiceAccountTokens? Tokens { get; }

    public AuthenticatorChain Authenticators { get; }

    public void Dispose() => oidc?.Dispose();
}
