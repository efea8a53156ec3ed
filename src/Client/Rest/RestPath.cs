using System.Globalization;
using System.Text;
using Navarch.Api;

namespace Navarch.Client;

/// <summary>Paths of the API.</summary>
public static class RestPath
{
    public static string Collection<T>(string @namespace) where T : class, IResource<T> => T.ResourceType.CollectionPath(@namespace);

    public static string Object<T>(NamespacedName name, string subresource = "") where T : class, IResource<T>
    {
        if (name.Name.Length == 0)
        {
            throw new ArgumentException($"a {T.ResourceType.Kind} without a name cannot be asked for", nameof(name));
        }

        var path = $"{Collection<T>(name.Namespace)}/{Uri.EscapeDataString(name.Name)}";
        return subresource.Length == 0 ? path : $"{path}/{subresource}";
    }

    internal static string List<T>(ListQuery query, bool watch) where T : class, IResource<T>
    {
        var path = new StringBuilder(Collection<T>(query.Namespace));
        var mark = '?';
        Add("watch", watch ? "true" : "");
        Add("labelSelector", query.LabelSelector);
        Add("fieldSelector", query.FieldSelector);
        Add("resourceVersion", query.ResourceVersion);
        Add("resourceVersionMatch", query.ResourceVersionMatch);
        Add("limit", query.Limit > 0 && !watch ? query.Limit.ToString(CultureInfo.InvariantCulture) : "");
        Add("continue", query.Continue);
        Add("allowWatchBookmarks", watch && query.AllowWatchBookmarks ? "true" : "");
        Add("sendInitialEvents", watch && query.SendInitialEvents is { } send ? (send ? "true" : "false") : "");
        Add("timeoutSeconds", query.TimeoutSeconds?.ToString(CultureInfo.InvariantCulture) ?? "");
        return path.ToString();

        void Add(string name, string value)
        {
            if (value.Length > 0)
            {
                path.Append(mark).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                mark = '&';
            }
        }
    }
}
