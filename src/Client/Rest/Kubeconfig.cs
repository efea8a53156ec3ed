using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Navarch.Client;

/// <summary>Reads the files in which kubectl keeps clusters, users and contexts.</summary>
public sealed class Kubeconfig
{
    private readonly List<(string File, YamlMappingNode Root)> files;

    private Kubeconfig(List<(string, YamlMappingNode)> files) => this.files = files;

    /// <summary>Context used when none is named; empty when the files name none.</summary>
    public string CurrentContext =>
        files.Select(file => Text(file.Root, "current-context")).FirstOrDefault(name => name.Length > 0, "");

    public IEnumerable<string> Contexts => files.SelectMany(file => Entries(file.Root, "contexts")).Select(entry => Text(entry, "name")).Distinct();

    /// <exception cref="KubeconfigException">The file is missing, cannot be read or is not YAML.</exception>
    public static Kubeconfig Load(string path) => new([(Path.GetFullPath(path), Parse(path))]);

    /// <summary>The files of <c>$KUBECONFIG</c>, missing ones left out, or else <c>~/.kube/config</c>.</summary>
    /// <exception cref="KubeconfigException">There is none, or one cannot be read.</exception>
    public static Kubeconfig LoadDefault()
    {
        var listed = Environment.GetEnvironmentVariable("KUBECONFIG") ?? "";
        var paths = listed.Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (paths.Length == 0)
        {
            paths = [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")];
        }

        var found = paths.Where(File.Exists).Select(path => (Path.GetFullPath(path), Parse(path))).ToList();
        return found.Count > 0 ? new Kubeconfig(found) : throw new KubeconfigException($"no kubeconfig found at {string.Join(", ", paths)}");
    }

    /// <summary>What the current context of a file says, kept current with the file.</summary>
    /// <exception cref="KubeconfigException">It cannot be used as it is now.</exception>
    public static FileValue<ClientConfig> Follow(string path, Func<ClientConfig, ClientConfig> adapt, TimeProvider time) => new([path], () => adapt(Load(path).Resolve()), time);

    /// <summary>What is needed to connect as <paramref name="context"/>, or as the current one when it is null.</summary>
    /// <exception cref="KubeconfigException">A name leads nowhere, a file is missing or a value cannot be used.</exception>
    public ClientConfig Resolve(string? context = null)
    {
        var name = context ?? CurrentContext;
        if (name.Length == 0)
        {
            throw new KubeconfigException("the kubeconfig has no current-context");
        }

        var (_, chosen) = Find("contexts", "context", name);
        var (clusterFile, cluster) = Find("clusters", "cluster", Text(chosen, "cluster"));
        var user = Text(chosen, "user");
        var (userFile, credentials) = user.Length > 0 ? Find("users", "user", user) : ("", new YamlMappingNode());
        if (Child(credentials, "exec") is not null || Child(credentials, "auth-provider") is not null)
        {
            throw new KubeconfigException($"user \"{user}\" gets its credentials from a plugin, which is not supported: use a certificate or a token");
        }

        if (!Uri.TryCreate(Text(cluster, "server"), UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http"))
        {
            throw new KubeconfigException($"cluster \"{Text(chosen, "cluster")}\" has no usable server address: \"{Text(cluster, "server")}\"");
        }

        var (certificate, intermediates) = Certificate(credentials, userFile);
        return new ClientConfig(server)
        {
            Authorities = Certificates(Data(cluster, "certificate-authority", clusterFile), "certificate-authority"),
            ServerName = Text(cluster, "tls-server-name"),
            SkipsVerification = Text(cluster, "insecure-skip-tls-verify") == "true",
            Certificate = certificate,
            Intermediates = intermediates,
            Token = Text(credentials, "token"),
            TokenFile = Text(credentials, "tokenFile") is { Length: > 0 } file ? Beside(userFile, file) : "",
            UserName = Text(credentials, "username"),
            Password = Text(credentials, "password"),
            Namespace = Text(chosen, "namespace") is { Length: > 0 } @namespace ? @namespace : "default",
        };
    }

    private static (X509Certificate2? Certificate, X509Certificate2Collection Intermediates) Certificate(YamlMappingNode user, string file)
    {
        var certificate = Data(user, "client-certificate", file);
        var key = Data(user, "client-key", file);
        if (certificate.Length == 0 && key.Length == 0)
        {
            return (null, []);
        }

        var chain = Certificates(certificate, "client-certificate");
        try
        {
            var leaf = X509Certificate2.CreateFromPem(certificate, key);
            return (leaf, [.. chain.Skip(1)]);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KubeconfigException($"the client certificate and key cannot be used: {e.Message}", e);
        }
    }

    private static X509Certificate2Collection Certificates(string pem, string field)
    {
        var found = new X509Certificate2Collection();
        if (pem.Length > 0)
        {
            try
            {
                found.ImportFromPem(pem);
            }
            catch (CryptographicException e)
            {
                throw new KubeconfigException($"{field} is not a PEM certificate: {e.Message}", e);
            }

            if (found.Count == 0)
            {
                throw new KubeconfigException($"{field} holds no PEM certificate");
            }
        }

        return found;
    }

    /// <summary>The text of a field given inline (<c>NAME-data</c>, base64), which wins, or as a file.</summary>
    private static string Data(YamlMappingNode node, string field, string file)
    {
        var inline = Text(node, $"{field}-data");
        if (inline.Length > 0)
        {
            try
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(inline));
            }
            catch (FormatException e)
            {
                throw new KubeconfigException($"{field}-data is not base64", e);
            }
        }

        var path = Text(node, field);
        if (path.Length == 0)
        {
            return "";
        }

        try
        {
            return File.ReadAllText(Beside(file, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeconfigException($"{field}: {e.Message}", e);
        }
    }

    // Relative paths are meant from the folder of the file that has them.
    private static string Beside(string file, string path) => Path.Combine(Path.GetDirectoryName(file) ?? "", path);

    private (string File, YamlMappingNode Node) Find(string list, string field, string name)
    {
        foreach (var (file, root) in files)
        {
            foreach (var entry in Entries(root, list))
            {
                if (Text(entry, "name") == name)
                {
                    return (file, Child(entry, field) as YamlMappingNode ?? new YamlMappingNode());
                }
            }
        }

        throw new KubeconfigException($"the kubeconfig has no {field} \"{name}\"");
    }

    private static YamlMappingNode Parse(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(reader);
            return yaml.Documents.Count == 0 ? new YamlMappingNode()
                : yaml.Documents[0].RootNode as YamlMappingNode ?? throw new KubeconfigException($"{path} is not a kubeconfig");
        }
        catch (YamlException e)
        {
            throw new KubeconfigException(string.Create(CultureInfo.InvariantCulture, $"{path}, line {e.Start.Line}: {e.Message}"), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeconfigException($"{path}: {e.Message}", e);
        }
    }

    private static IEnumerable<YamlMappingNode> Entries(YamlMappingNode root, string list) =>
        Child(root, list) is YamlSequenceNode sequence ? sequence.Children.OfType<YamlMappingNode>() : [];

    private static YamlNode? Child(YamlMappingNode node, string name) => node.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;

    private static string Text(YamlMappingNode node, string name) => (Child(node, name) as YamlScalarNode)?.Value ?? "";
}

/// <summary>A kubeconfig that cannot be used; the message says what is wrong with it.</summary>
public sealed class KubeconfigException(string message, Exception? inner = null) : Exception(message, inner);
