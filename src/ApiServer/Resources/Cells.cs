using System.Globalization;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Resources;

/// <summary>Texts of table cells. People know them by heart and scripts cut them, so the forms are exact.</summary>
internal static class Cells
{
    public const string None = "<none>";
    public const string Unset = "<unset>";
    public const string Unknown = "<unknown>";

    /// <summary>How long ago, <c>5m3s</c>; for no time <c>&lt;unknown&gt;</c>.</summary>
    public static string Age(DateTimeOffset? since, DateTimeOffset now) => since is { } time ? HumanDuration(now - time) : Unknown;

    /// <summary>How long ago, to the two units that matter.</summary>
    public static string HumanDuration(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        if (seconds < -1)
        {
            return "<invalid>";
        }

        if (seconds <= 0)
        {
            return "0s";
        }

        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return seconds < 120 ? $"{seconds}s"
            : minutes < 10 ? Two(minutes, "m", seconds % 60, "s")
            : minutes < 180 ? $"{minutes}m"
            : hours < 8 ? Two(hours, "h", minutes % 60, "m")
            : hours < 48 ? $"{hours}h"
            : hours < 192 ? Two(days, "d", hours % 24, "h")
            : days < 730 ? $"{days}d"
            : days < 2920 ? Two(days / 365, "y", days % 365, "d")
            : $"{days / 365}y";
    }

    /// <summary>The largest unit alone.</summary>
    public static string ShortDuration(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        return seconds < -1 ? "<invalid>"
            : seconds <= 0 ? "0s"
            : seconds < 60 ? $"{seconds}s"
            : seconds < 3600 ? $"{seconds / 60}m"
            : seconds < 86400 ? $"{seconds / 3600}h"
            : seconds < 86400L * 365 ? $"{seconds / 86400}d"
            : $"{seconds / 86400 / 365}y";
    }

    public static string Names(IReadOnlyList<Container> containers) => string.Join(',', containers.Select(container => container.Name));

    public static string Images(IReadOnlyList<Container> containers) => string.Join(',', containers.Select(container => container.Image));

    public static string Labels(Map<string> labels) =>
        labels.Count == 0 ? None : string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"));

    /// <summary>The canonical form of a selector.</summary>
    public static string SelectorText(LabelSelector? selector)
    {
        try
        {
            return selector is null ? None : OrNone(Selector.Of(selector).ToString());
        }
        catch (SelectorException)
        {
            return "<error>";
        }
    }

    public static string OrNone(string? text) => string.IsNullOrEmpty(text) ? None : text;

    public static string AccessModes(IReadOnlyList<string> modes)
    {
        (string Mode, string Text)[] known =
        [
            (PersistentVolumeAccessMode.ReadWriteOnce, "RWO"), (PersistentVolumeAccessMode.ReadOnlyMany, "ROX"),
            (PersistentVolumeAccessMode.ReadWriteMany, "RWX"), (PersistentVolumeAccessMode.ReadWriteOncePod, "RWOP"),
        ];
        return string.Join(',', known.Where(one => modes.Contains(one.Mode)).Select(one => one.Text));
    }

    /// <summary>Addresses of a load balancer, each by its IP or else its name, sorted and once.</summary>
    public static string LoadBalancer(IEnumerable<(string IP, string Hostname)> ingress) =>
        string.Join(',', ingress.Select(one => one.IP.Length > 0 ? one.IP : one.Hostname).Where(one => one.Length > 0).Distinct().Order(StringComparer.Ordinal));

    /// <summary>The first three, and how many more there are.</summary>
    public static string FirstThree(IReadOnlyList<string> items) =>
        items.Count == 0 ? Unset
        : items.Count <= 3 ? string.Join(',', items)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(',', items.Take(3))} + {items.Count - 3} more...");

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Two(long first, string firstUnit, long second, string secondUnit) =>
        second == 0 ? $"{first}{firstUnit}" : $"{first}{firstUnit}{second}{secondUnit}";
}

/// <summary>Columns that many kinds have.</summary>
internal static class Columns<T> where T : class, IResource<T>
{
    public static Column<T> Name { get; } = new("Name", "string", static (value, _) => value.Metadata.Name) { Format = "name", Description = "Name of the object." };

    public static Column<T> Age { get; } = new("Age", "string", static (value, now) => Cells.Age(value.Metadata.CreationTimestamp, now)) { Description = "Time since the object was created." };

    public static Column<T> Text(string name, Func<T, string> cell, int priority = 0) => new(name, "string", (value, _) => cell(value)) { Priority = priority };

    /// <summary>A column whose cells are numbers though its type is string, as some kinds have it.</summary>
    public static Column<T> Count(string name, Func<T, long> cell, int priority = 0) => new(name, "string", (value, _) => cell(value)) { Priority = priority };

    public static Column<T> Integer(string name, Func<T, long> cell, int priority = 0) => new(name, "integer", (value, _) => cell(value)) { Priority = priority };
}
