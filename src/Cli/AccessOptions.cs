using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.ApiServer;
using Navarch.Client;
using Navarch.Cluster;

namespace Navarch.Cli;

/// <summary>Who is let into an API server, and who decides what they may do. Names and meanings are upstream's.</summary>
internal sealed class AccessOptions
{
    private readonly Option<string> anonymous = Text("--anonymous-auth", "true|false", "Whether who brings no credentials may ask at all; without it, for health and version only.");
    private readonly Option<string> tokenFile = Text("--token-auth-file", "FILE", "Tokens of users, a line each: token,user,id,\"group,group\".");
    private readonly Option<string> proxyAuthority = Text("--requestheader-client-ca-file", "FILE", "Who signs the certificate of a proxy that says in headers who its clients are.");
    private readonly Option<string> proxyNames = Text("--requestheader-allowed-names", "NAME[,NAME]", "Common names the proxy's certificate may have; without it, any.");
    private readonly Option<string> proxyUsers = Text("--requestheader-username-headers", "HEADER[,HEADER]", "Where the proxy names the user (X-Remote-User).");
    private readonly Option<string> proxyUids = Text("--requestheader-uid-headers", "HEADER[,HEADER]", "Where the proxy gives the user's id (X-Remote-Uid).");
    private readonly Option<string> proxyGroups = Text("--requestheader-group-headers", "HEADER[,HEADER]", "Where the proxy names the user's groups (X-Remote-Group).");
    private readonly Option<string> proxyExtra = Text("--requestheader-extra-headers-prefix", "PREFIX[,PREFIX]", "What headers with anything else begin with (X-Remote-Extra-).");
    private readonly Option<string> issuer = Text("--oidc-issuer-url", "URL", "An OpenID Connect issuer whose tokens are believed.");
    private readonly Option<string> clientId = Text("--oidc-client-id", "ID", "Whom the issuer's tokens must be meant for.");
    private readonly Option<string> nameClaim = Text("--oidc-username-claim", "CLAIM", "What of a token is the user's name (sub).");
    private readonly Option<string> namePrefix = Text("--oidc-username-prefix", "PREFIX", "What is put before it; - for nothing. Without it, the issuer and a hash sign.");
    private readonly Option<string> groupsClaim = Text("--oidc-groups-claim", "CLAIM", "What of a token are the user's groups.");
    private readonly Option<string> groupsPrefix = Text("--oidc-groups-prefix", "PREFIX", "What is put before each of them.");
    private readonly Option<string> issuerAuthority = Text("--oidc-ca-file", "FILE", "Who signs the issuer's certificate; without it, whom the machine trusts.");
    private readonly Option<string> algorithms = Text("--oidc-signing-algs", "ALG[,ALG]", "How the issuer may sign (RS256).");
    private readonly Option<string[]> claims = new("--oidc-required-claim") { Description = "What a token must say. May be given several times.", HelpName = "CLAIM=VALUE" };
    private readonly Option<string> issuers = Text("--authentication-config", "FILE", "Issuers whose tokens are believed, and who is let in without any, as a file says: an AuthenticationConfiguration. It is followed.");
    private readonly Option<string> modes = Text("--authorization-mode", "MODE[,MODE]", "Who decides, in order (Node,RBAC): Node, RBAC, Webhook, AlwaysAllow, AlwaysDeny.");
    private readonly Option<string> webhook = Text("--authorization-webhook-config-file", "FILE", "A kubeconfig file that says where and how the mode Webhook asks.");
    private readonly Option<string> authorizers = Text("--authorization-config", "FILE", "Who decides, as a file says: an AuthorizationConfiguration. It is followed while the server runs.");

    private readonly ServiceAccountOptions accounts = new();

    public void AddTo(Command command)
    {
        accounts.AddTo(command);
        foreach (var option in (Option[])[
            anonymous, tokenFile, proxyAuthority, proxyNames, proxyUsers, proxyUids, proxyGroups, proxyExtra,
            issuer, clientId, nameClaim, namePrefix, groupsClaim, groupsPrefix, issuerAuthority, algorithms, claims, issuers, modes, webhook, authorizers])
        {
            command.Add(option);
        }
    }

    /// <summary><paramref name="config"/> with what is asked for.</summary>
    /// <exception cref="ClusterException">The options do not fit together, or a file cannot be used.</exception>
    public ApiServerConfig Apply(ParseResult arguments, ApiServerConfig config) => Authorization(arguments, config) with
    {
        Authentication = Authentication(arguments),
        ServiceAccountTokens = config.ServiceAccountTokens is { } tokens ? accounts.Apply(arguments, tokens) : null,
    };

    private ApiServerConfig Authorization(ParseResult arguments, ApiServerConfig config)
    {
        var (asked, hook, file) = (arguments.GetValue(modes)!, arguments.GetValue(webhook)!, arguments.GetValue(authorizers)!);
        if (file.Length > 0 && (asked.Length > 0 || hook.Length > 0))
        {
            throw new ClusterException(
                "--authorization-config can not be specified when --authorization-mode or --authorization-webhook-* flags are defined", "say in the file who decides");
        }

        var order = asked.Length > 0 ? List(asked) : config.AuthorizationModes;
        if (order.FirstOrDefault(static mode => !AuthorizerTypes.All.Contains(mode)) is { } unknown)
        {
            throw new ClusterException($"there is no authorization mode \"{unknown}\"", "give Node, RBAC, Webhook, AlwaysAllow or AlwaysDeny, separated by commas");
        }

        if (order.Contains(AuthorizerTypes.Webhook) != hook.Length > 0)
        {
            throw new ClusterException("the authorization mode Webhook and its file belong together", "give both --authorization-mode=…,Webhook and --authorization-webhook-config-file");
        }

        return config with
        {
            AuthorizationModes = order,
            AuthorizationWebhook = hook.Length > 0 ? new AuthorizationWebhookConfig(Kubeconfig(hook)) : null,
            AuthorizationFile = file,
        };
    }

    private AuthenticationConfig Authentication(ParseResult arguments)
    {
        var file = arguments.GetValue(issuers)!;
        if (file.Length > 0 && (arguments.GetValue(claims) is { Length: > 0 }
            || ((Option<string>[])[issuer, clientId, nameClaim, namePrefix, groupsClaim, groupsPrefix, issuerAuthority, algorithms]).Any(option => arguments.GetValue(option)!.Length > 0)))
        {
            throw new ClusterException("authentication-config file and oidc-* flags are mutually exclusive", "name the issuer in the file");
        }

        var config = AuthenticationConfig.Default with
        {
            TokenFile = arguments.GetValue(tokenFile)!,
            FrontProxy = FrontProxy(arguments),
            Oidc = Oidc(arguments),
            File = file,
            AnonymousIsChosen = arguments.GetValue(anonymous)!.Length > 0,
        };
        return arguments.GetValue(anonymous) switch
        {
            "" => config,
            "true" => config with { AnonymousPaths = null },
            "false" => config with { AnonymousPaths = [] },
            var other => throw new ClusterException($"--anonymous-auth is \"{other}\"", "give true or false"),
        };
    }

    private FrontProxyConfig? FrontProxy(ParseResult arguments)
    {
        if (arguments.GetValue(proxyAuthority) is not { Length: > 0 } file)
        {
            return null;
        }

        var config = new FrontProxyConfig(Certificates(file));
        return config with
        {
            AllowedNames = List(arguments.GetValue(proxyNames)!),
            UserHeaders = ListOr(proxyUsers, config.UserHeaders),
            UidHeaders = ListOr(proxyUids, config.UidHeaders),
            GroupHeaders = ListOr(proxyGroups, config.GroupHeaders),
            ExtraHeaderPrefixes = ListOr(proxyExtra, config.ExtraHeaderPrefixes),
        };

        IReadOnlyList<string> ListOr(Option<string> option, IReadOnlyList<string> otherwise) => arguments.GetValue(option) is { Length: > 0 } given ? List(given) : otherwise;
    }

    private OidcConfig? Oidc(ParseResult arguments)
    {
        var (url, client) = (arguments.GetValue(issuer)!, arguments.GetValue(clientId)!);
        if (url.Length == 0 && client.Length == 0)
        {
            return null;
        }

        if (url.Length == 0 || client.Length == 0)
        {
            throw new ClusterException("an OpenID Connect issuer and the client id belong together", "give both --oidc-issuer-url and --oidc-client-id");
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            throw new ClusterException($"\"{url}\" is not the address of an issuer", "give one that begins with https://");
        }

        var config = new OidcConfig(uri, client);
        return config with
        {
            UserNameClaim = arguments.GetValue(nameClaim) is { Length: > 0 } claim ? claim : config.UserNameClaim,
            UserNamePrefix = arguments.GetValue(namePrefix) is { Length: > 0 } prefix ? prefix : null,
            GroupsClaim = arguments.GetValue(groupsClaim)!,
            GroupsPrefix = arguments.GetValue(groupsPrefix)!,
            Authorities = arguments.GetValue(issuerAuthority) is { Length: > 0 } file ? Certificates(file) : null,
            SigningAlgorithms = arguments.GetValue(algorithms) is { Length: > 0 } given ? List(given) : config.SigningAlgorithms,
            RequiredClaims = (arguments.GetValue(claims) ?? []).Select(static text => text.Split('=', 2)).ToDictionary(static parts => parts[0], static parts => parts.Length > 1 ? parts[1] : ""),
        };
    }

    private static string[] List(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static X509Certificate2Collection Certificates(string file)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ClusterException($"{file} cannot be read: {e.Message.TrimEnd('.')}", "give a file of PEM certificates", e);
        }

        return found.Count > 0 ? found : throw new ClusterException($"{file} holds no certificate", "give a file of PEM certificates");
    }

    private static ClientConfig Kubeconfig(string file)
    {
        try
        {
            return Navarch.Client.Kubeconfig.Load(file).Resolve();
        }
        catch (KubeconfigException e)
        {
            throw new ClusterException(e.Message.TrimEnd('.'), $"correct {file} or give another with --authorization-webhook-config-file", e);
        }
    }

    private static Option<string> Text(string name, string help, string description) => new(name)
    {
        Description = description,
        HelpName = help,
        DefaultValueFactory = _ => "",
    };
}
