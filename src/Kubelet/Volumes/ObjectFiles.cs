using System.Text;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Volumes;

/// <summary>The files that a ConfigMap, a Secret or a pod's own fields become. Pure; throws <see cref="KeyNotFoundException"/>.</summary>
internal static class ObjectFiles
{
    public const int ModeDefault = 0b110_100_100; // 0644

    public static Dictionary<string, VolumeFile> Of(ConfigMap map, IReadOnlyList<KeyToPath> items, int mode, bool optional) =>
        Select($"configmap", map.Data.Select(entry => (entry.Key, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(entry.Value)))
            .Concat(map.BinaryData.Select(entry => (entry.Key, entry.Value))), items, mode, optional);

    public static Dictionary<string, VolumeFile> Of(Secret secret, IReadOnlyList<KeyToPath> items, int mode, bool optional) =>
        Select("secret", secret.Data.Select(entry => (entry.Key, entry.Value)), items, mode, optional);

    public static Dictionary<string, VolumeFile> Of(IReadOnlyList<DownwardAPIVolumeFile> items, PodFields fields, int mode)
    {
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var text = item.FieldRef is { } field ? fields.Field(field.FieldPath)
                : item.ResourceFieldRef is { } resource ? fields.Resource(resource, self: null)
                : "";
            files[item.Path] = new VolumeFile(Encoding.UTF8.GetBytes(text), item.Mode ?? mode);
        }
        return files;
    }

    private static Dictionary<string, VolumeFile> Select(
        string kind, IEnumerable<(string Key, ReadOnlyMemory<byte> Value)> data, IReadOnlyList<KeyToPath> items, int mode, bool optional)
    {
        if (items.Count == 0)
        {
            return data.ToDictionary(entry => entry.Key, entry => new VolumeFile(entry.Value, mode), StringComparer.Ordinal);
        }
        var all = data.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (all.TryGetValue(item.Key, out var value))
            {
                files[item.Path] = new VolumeFile(value, item.Mode ?? mode);
            }
            else if (!optional)
            {
                throw new KeyNotFoundException($"{kind} references non-existent {kind switch { "secret" => "secret", _ => "config" }} key: {item.Key}");
            }
        }
        return files;
    }
}
