namespace Navarch.Api;

/// <summary>A JSON value of any type, kept byte for byte as it came but for the white space between its tokens.</summary>
public sealed class RawExtension(ReadOnlyMemory<byte> json) : IEquatable<RawExtension>
{
    public ReadOnlyMemory<byte> Json { get; } = json;

    public bool Equals(RawExtension? other) => other is not null && Same.Bytes(Json, other.Json);

    public override bool Equals(object? obj) => Equals(obj as RawExtension);

    public override int GetHashCode() => Json.Length;

    public override string ToString() => System.Text.Encoding.UTF8.GetString(Json.Span);
}
