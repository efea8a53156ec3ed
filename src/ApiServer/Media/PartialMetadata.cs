using System.Text.Json;
using Navarch.Api.Json;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Media;

/// <summary>Objects reduced to their metadata, cut out of their JSON.</summary>
internal static class PartialMetadata
{
    public static void Write(ApiWriter writer, StoredObject value, string version)
    {
        writer.Raw("{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/"u8);
        writer.Raw(version == "v1beta1" ? "v1beta1"u8 : "v1"u8);
        writer.Raw("\","u8);
        writer.Raw(MetadataOf(value));
        writer.Raw("}"u8);
    }

    /// <summary>As an element of a list: without kind and apiVersion.</summary>
    public static void WriteItem(ApiWriter writer, StoredObject value)
    {
        writer.Raw("{"u8);
        writer.Raw(MetadataOf(value));
        writer.Raw("}"u8);
    }

    /// <summary>The member <c>"metadata":{…}</c>, which every encoder of ours writes first.</summary>
    private static ReadOnlySpan<byte> MetadataOf(StoredObject value)
    {
        var tail = value.ItemTail;
        var at = "\"metadata\":"u8.Length;
        var reader = new Utf8JsonReader(tail[at..]);
        reader.Read();
        reader.Skip();
        return tail[..(at + (int)reader.BytesConsumed)];
    }
}
