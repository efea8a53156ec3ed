using Navarch.Api.Json;
using Navarch.Api.Protobuf;

namespace Navarch.Api.ApiExtensions.V1;

/// <summary>A JSON value of any type, kept as it came; without a value it is null.</summary>
public sealed class JSON(ReadOnlyMemory<byte> value) : IApiType<JSON>, IEquatable<JSON>
{
    public static Schema Schema { get; } = new() { Kind = SchemaKind.Any, Name = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON" };

    public static JSON Empty { get; } = new(ReadOnlyMemory<byte>.Empty);

    public ReadOnlyMemory<byte> Value { get; } = value;

    public static JSON Read(ref ApiReader reader) => reader.ReadRaw() is { } raw ? new JSON(raw.Json) : Empty;

    public static JSON ReadProto(ref ProtoReader reader) => ProtoReader.JsonIn(ref reader) is { } raw ? new JSON(raw.Json) : Empty;

    public void Write(ApiWriter writer)
    {
        if (Value.IsEmpty)
        {
            writer.Null();
        }
        else
        {
            writer.Raw(Value.Span);
        }
    }

    public void WriteProto(ProtoWriter writer)
    {
        if (!Value.IsEmpty)
        {
            writer.Bytes(1, Value.Span);
        }
    }

    public bool Equals(JSON? other) => other is not null && Value.Span.SequenceEqual(other.Value.Span);

    public override bool Equals(object? obj) => Equals(obj as JSON);

    public override int GetHashCode() => Value.Length;

    public override string ToString() => Value.IsEmpty ? "null" : System.Text.Encoding.UTF8.GetString(Value.Span);
}
