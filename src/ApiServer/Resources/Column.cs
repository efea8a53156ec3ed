using Navarch.Api;

namespace Navarch.ApiServer.Resources;

/// <summary>A column of the Table form of a kind.</summary>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c>.</param>
/// <param name="Cell">A string, bool, long or double; <paramref name="Cell"/>'s second argument is the present time, for ages.</param>
public sealed record Column<T>(string Name, string Type, Func<T, DateTimeOffset, object> Cell) where T : class, IResource<T>
{
    public static readonly IReadOnlyList<Column<T>> NameAndCreated =
    [
        new("Name", "string", static (value, _) => value.Metadata.Name) { Format = "name" },
        new("Created At", "date", static (value, _) => value.Metadata.CreationTimestamp?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) ?? ""),
    ];

    public string Format { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>1 is shown by <c>-o wide</c> only.</summary>
    public int Priority { get; init; }
}
