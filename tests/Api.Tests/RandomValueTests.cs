using System.Reflection;
using System.Text;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.Api.Protobuf;
using Navarch.Testing;

namespace Navarch.Api.Tests;

/// <summary>What holds for every type of the API, whatever its value.</summary>
public sealed class RandomValueTests
{
    private const int Seed = 20261121;

    /// <summary>Every type that can be read and written, by its name in OpenAPI.</summary>
    public static TheoryData<string> Types => [.. All.Keys.Order(StringComparer.Ordinal)];

    private static Dictionary<string, Type> All { get; } = typeof(Schema).Assembly.GetExportedTypes()
        .Where(type => type is { IsAbstract: false, IsClass: true } && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IApiType<>)))
        .ToDictionary(type => ((Schema)type.GetProperty("Schema", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!).Name);

    [Theory]
    [MemberData(nameof(Types))]
    public void What_was_written_reads_back_equal_in_json_and_protobuf(string type) => Invoke(nameof(RoundTrip), type);

    [Theory]
    [MemberData(nameof(Types))]
    public void Damaged_json_is_read_or_refused(string type) => Invoke(nameof(ReadDamaged), type);

    [Fact]
    public void Text_of_any_kind_is_read_or_refused()
    {
        var random = new Random(Seed);
        var bytes = new byte[64];
        for (var round = 0; round < 20_000; round++)
        {
            random.NextBytes(bytes);
            TryRead<Pod>(bytes.AsSpan(0, random.Next(bytes.Length)));
        }
    }

    [Fact]
    public void Nesting_of_any_depth_is_refused_where_it_is_too_deep()
    {
        foreach (var open in (string[])["[", "{\"a\":", "{\"spec\":{\"containers\":[", "{\"metadata\":{\"managedFields\":[{\"fieldsV1\":"])
        {
            Assert.Throws<ApiJsonException>(() => ApiJson.Parse<Pod>(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, 20_000)))));
        }
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    [InlineData("\"a\\ud800b\"")]
    public void Half_a_surrogate_pair_becomes_the_replacement_mark_as_in_go(string json)
    {
        var map = ApiJson.Parse<ConfigMap>(Encoding.UTF8.GetBytes("{\"data\":{\"k\":" + json + "}}"));

        Assert.DoesNotContain('\\', map.Data["k"]);
        Assert.Contains('\ufffd', map.Data["k"]);
    }

    private static void Invoke(string method, string type) =>
        typeof(RandomValueTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(All[type]).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [type], null);

    private static void RoundTrip<T>(string type) where T : IApiType<T>
    {
        for (var round = 0; round < 12; round++)
        {
            var json = new RandomApi(new Random(Seed + round)).Value(T.Schema);
            var value = Read<T>(json);
            var written = ApiJson.FieldsToUtf8(value);
            var again = Read<T>(written);

            Assert.True(value.Equals(again), $"{type}, round {round}: {Encoding.UTF8.GetString(json)}\n{Encoding.UTF8.GetString(written)}");
            Assert.Equal(value.GetHashCode(), again.GetHashCode());
            Assert.Equal(Encoding.UTF8.GetString(written), Encoding.UTF8.GetString(ApiJson.FieldsToUtf8(again)));

            var proto = new ProtoWriter();
            value.WriteProto(proto);
            var decoded = ApiProto.Parse<T>(proto.Written.Span);

            // Protobuf cannot tell an empty list from none, and equality does not either.
            Assert.True(value.Equals(decoded), $"{type}, round {round}: {Encoding.UTF8.GetString(written)}\n{Encoding.UTF8.GetString(ApiJson.FieldsToUtf8(decoded))}");
        }
    }

    private static void ReadDamaged<T>(string type) where T : IApiType<T>
    {
        var random = new Random(Seed);
        var generator = new RandomApi(random);
        for (var round = 0; round < 40; round++)
        {
            TryRead<T>(generator.Damaged(generator.Value(T.Schema)));
            TryRead<T>(generator.Anything());
        }

        Assert.NotEmpty(type);
    }

    private static T Read<T>(ReadOnlySpan<byte> json) where T : IApiType<T>
    {
        var reader = new ApiReader(json);
        reader.Start();
        var value = T.Read(ref reader);
        reader.End();
        Assert.Empty(reader.Problems);
        return value;
    }

    private static void TryRead<T>(ReadOnlySpan<byte> json) where T : IApiType<T>
    {
        try
        {
            var reader = new ApiReader(json, applyDefaults: true);
            reader.Start();
            var value = T.Read(ref reader);
            reader.End();
            _ = ApiJson.FieldsToUtf8(value);
        }
        catch (ApiJsonException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }
}
