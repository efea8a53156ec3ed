namespace Navarch.Api.Json;

/// <summary>The empty list that was written as <c>[]</c>, as opposed to one that was absent or <c>null</c>.</summary>
public static class EmptyList<T>
{
    // The runtime's shared empty array stands for the absent list, so this must be another instance.
    public static readonly IReadOnlyList<T> Instance = new T[0];

    /// <summary>Whether the list is to be written as <c>null</c>.</summary>
    public static bool IsAbsent(IReadOnlyList<T> list) => list.Count == 0 && !ReferenceEquals(list, Instance);
}
