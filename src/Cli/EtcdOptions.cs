using System.CommandLine;
using Navarch.Cluster;
using Navarch.Storage.Etcd;

namespace Navarch.Cli;

/// <summary>Where the API server keeps its objects, if not in the profile's own database. Names and meanings are upstream's.</summary>
internal sealed class EtcdOptions
{
    private readonly Option<string> servers = Text("--etcd-servers", "URL[,URL]", "Keep objects in this etcd cluster and not in the profile's own database.");
    private readonly Option<string> authority = Text("--etcd-cafile", "FILE", "Who signs the certificates of the etcd cluster.");
    private readonly Option<string> certificate = Text("--etcd-certfile", "FILE", "The certificate to show to the etcd cluster.");
    private readonly Option<string> key = Text("--etcd-keyfile", "FILE", "The private key of that certificate.");

    public void AddTo(Command command)
    {
        command.Add(servers);
        command.Add(authority);
        command.Add(certificate);
        command.Add(key);
    }

    /// <summary>Null: the profile's own database.</summary>
    /// <exception cref="ClusterException">The options do not fit together.</exception>
    public EtcdStoreConfig? Read(ParseResult arguments)
    {
        var (ca, cert, keyFile) = (arguments.GetValue(authority)!, arguments.GetValue(certificate)!, arguments.GetValue(key)!);
        var endpoints = arguments.GetValue(servers)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Endpoint).ToList();
        if (endpoints.Count == 0)
        {
            return ca.Length + cert.Length + keyFile.Length == 0
                ? null
                : throw new ClusterException("certificates for etcd are given but no etcd", "add --etcd-servers");
        }

        if (cert.Length == 0 != (keyFile.Length == 0))
        {
            throw new ClusterException("a certificate for etcd and its key belong together", "give both --etcd-certfile and --etcd-keyfile");
        }

        var isSecure = endpoints.Any(endpoint => endpoint.Scheme == Uri.UriSchemeHttps);
        if (isSecure && ca.Length == 0)
        {
            throw new ClusterException("it is not known who signs the certificates of etcd", "add --etcd-cafile");
        }

        return new EtcdStoreConfig
        {
            Endpoints = endpoints,
            Tls = isSecure ? new EtcdTls(ca, cert.Length > 0 ? cert : null, keyFile.Length > 0 ? keyFile : null) : null,
        };
    }

    private static Uri Endpoint(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https")
        ? uri
        : throw new ClusterException($"\"{text}\" is not the address of an etcd server", "give addresses such as https://10.0.0.1:2379, separated by commas");

    private static Option<string> Text(string name, string help, string description) => new(name)
    {
        Description = description,
        HelpName = help,
        DefaultValueFactory = _ => "",
    };
}
