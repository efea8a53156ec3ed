using System.Text;
using Navarch.Cluster.Machine;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Navarch.Cluster.Kubeconfig;

/// <summary>
/// A user's kubeconfig, of which a cluster owns three entries: one cluster, one user, one context, all of the same name.
/// Everything else in the file, known to us or not, stays as it is; so does its mode.
/// </summary>
public sealed class KubeconfigFile(string path, InvokingUser user)
{
    private static readonly (string List, string Field)[] Lists = [("clusters", "cluster"), ("users", "user"), ("contexts", "context")];

    public string Path => path;

    /// <summary>Adds or replaces the entries of <paramref name="name"/> and, unless told otherwise, makes its context the current one.</summary>
    /// <exception cref="ClusterException">The file is no kubeconfig. It is left untouched.</exception>
    internal void Merge(string name, ComponentKubeconfig.Entry entry, bool isToBeCurrent = true)
    {
        var root = Load() ?? new YamlMappingNode { { "apiVersion", "v1" }, { "kind", "Config" } };
        var values = new Dictionary<string, YamlMappingNode>
        {
            ["clusters"] = new() { { "certificate-authority-data", entry.AuthorityData }, { "server", entry.Server } },
            ["users"] = new() { { "client-certificate-data", entry.CertificateData }, { "client-key-data", entry.KeyData } },
            ["contexts"] = new() { { "cluster", Text(name) }, { "user", Text(name) } },
        };
        foreach (var (list, field) in Lists)
        {
            var items = ListOf(root, list);
            var value = values[list];
            if (Find(items, name) is { } present)
            {
                // A namespace the user chose for the context survives a restart of the cluster.
                if (list == "contexts" && present.Children.TryGetValue(field, out var old) && old is YamlMappingNode context
                    && context.Children.TryGetValue("namespace", out var @namespace))
                {
                    value.Add("namespace", @namespace);
                }

                present.Children[field] = value;
            }
            else
            {
                items.Add(new YamlMappingNode { { field, value }, { "name", Text(name) } });
            }
        }

        if (isToBeCurrent)
        {
            root.Children["current-context"] = Text(name);
        }

        Save(root);
    }

    /// <summary>Takes the entries of <paramref name="name"/> out. A file that then says nothing any more is deleted only if it was ours alone.</summary>
    public void Remove(string name)
    {
        if (Load() is not { } root)
        {
            return;
        }

        var changed = false;
        foreach (var (list, _) in Lists)
        {
            if (root.Children.TryGetValue(list, out var node) && node is YamlSequenceNode items && Find(items, name) is { } entry)
            {
                items.Children.Remove(entry);
                changed = true;
            }
        }

        if (root.Children.TryGetValue("current-context", out var current) && current is YamlScalarNode { Value: var value } && value == name)
        {
            root.Children.Remove("current-context");
            changed = true;
        }

        if (!changed)
        {
            return;
        }

        if (IsEmpty(root))
        {
            File.Delete(path);
            RemoveEmptyFolder();
            return;
        }

        Save(root);
    }

    /// <summary>Whether a context of this name is in the file.</summary>
    public bool Contains(string name) =>
        Load() is { } root && root.Children.TryGetValue("contexts", out var node) && node is YamlSequenceNode items && Find(items, name) is not null;

    private static bool IsEmpty(YamlMappingNode root) =>
        root.Children.All(child => child.Key is YamlScalarNode { Value: "apiVersion" or "kind" or "clusters" or "users" or "contexts" }
            && child.Value is YamlScalarNode or YamlSequenceNode { Children.Count: 0 });

    // Only the folder that kubectl itself would have made, and only where kubectl has put nothing (such as its cache) into it.
    private void RemoveEmptyFolder()
    {
        var folder = System.IO.Path.GetDirectoryName(path);
        if (folder is not null && System.IO.Path.GetFileName(folder) == ".kube" && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    private YamlMappingNode? Load()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var yaml = new YamlStream();
        try
        {
            using var reader = new StringReader(File.ReadAllText(path));
            yaml.Load(reader);
        }
        catch (YamlException e)
        {
            throw new ClusterException($"{path} is not valid YAML (line {e.Start.Line}: {e.Message})", "correct it, or set KUBECONFIG to another file", e);
        }

        return yaml.Documents.Count == 0
            ? null
            : yaml.Documents[0].RootNode as YamlMappingNode
                ?? (yaml.Documents[0].RootNode is YamlScalarNode { Value: "" or null }
                    ? null
                    : throw new ClusterException($"{path} is no kubeconfig", "correct it, or set KUBECONFIG to another file"));
    }

    private YamlSequenceNode ListOf(YamlMappingNode root, string list)
    {
        if (root.Children.TryGetValue(list, out var node))
        {
            switch (node)
            {
                case YamlSequenceNode sequence:
                    sequence.Style = YamlDotNet.Core.Events.SequenceStyle.Block; // `[]` and `null` are how empty lists are written.
                    return sequence;
                case YamlScalarNode { Value: "" or "null" or "~" or null }:
                    break;
                default:
                    throw new ClusterException($"{path} is no kubeconfig: \"{list}\" is not a list", "correct it, or set KUBECONFIG to another file");
            }
        }

        var empty = new YamlSequenceNode();
        root.Children[list] = empty;
        return empty;
    }

    private static YamlMappingNode? Find(YamlSequenceNode items, string name) =>
        items.OfType<YamlMappingNode>().FirstOrDefault(item =>
            item.Children.TryGetValue("name", out var node) && node is YamlScalarNode { Value: var value } && value == name);

    private void Save(YamlMappingNode root)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(root)).Save(writer, assignAnchors: false);
        var text = writer.ToString();

        // YamlDotNet ends a stream with a document end marker, which kubectl reads but nobody writes.
        if (text.EndsWith("...\n", StringComparison.Ordinal))
        {
            text = text[..^4];
        }

        // A kubeconfig is often a link into a dotfiles folder: what it points to is replaced, not the link.
        var target = new FileInfo(path) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : path;
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(target))!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            user.Own(folder);
        }

        var mode = File.Exists(target) ? File.GetUnixFileMode(target) : AtomicFile.Private;
        var owner = FileOwner.Find(target);
        AtomicFile.Write(target, Encoding.UTF8.GetBytes(text), mode, file =>
        {
            if (owner is { } present)
            {
                FileOwner.Set(file, present.User, present.Group);
            }
            else
            {
                user.Own(file);
            }
        });
    }

    // Quoted: a profile may be called "1" or "null".
    private static YamlScalarNode Text(string value) => new(value) { Style = ScalarStyle.DoubleQuoted };
}
